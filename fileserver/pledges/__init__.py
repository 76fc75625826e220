"""The brand's pledge of confidentiality (保密承诺): its versions, for employees."""
