job-consultant = Consultant
job-operations = Operations
job-doctor = Doctor
