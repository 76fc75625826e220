"""The brand's departments and regions."""
