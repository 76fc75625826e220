job-consultant = 咨询
job-operations = 运营
job-doctor = 医生
