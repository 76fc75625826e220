"""The register of certificates and registrations: read, kept, brought in as CSV, and watched for what ends."""
