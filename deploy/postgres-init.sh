#!/bin/sh
# Run once by the postgres image, when its data folder is empty: SealShare's own role and database. The role is no superuser: it
# can't read the machine's files, load code or see another database.
set -eu

# psql quotes the password itself (:'password'); it is on no command line.
psql --username postgres --dbname postgres --set ON_ERROR_STOP=1 <<'END'
\set password `cat /run/secrets/database_password`
CREATE ROLE sealshare LOGIN PASSWORD :'password';
CREATE DATABASE sealshare OWNER sealshare;
END
