"""Recruiting clinics: invitations and how far they brought somebody, and who holds the relation to which clinic."""
