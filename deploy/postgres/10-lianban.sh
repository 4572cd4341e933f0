#!/bin/sh
# Run once, when the cluster is made: a role that owns the database and is no superuser, so that row-level
# security holds for it as well. It needs CREATEROLE for the roles of the migrations.
set -eu

psql --username "$POSTGRES_USER" --dbname postgres --no-psqlrc \
    --set ON_ERROR_STOP=1 --set password="$DATABASE_PASSWORD" <<'SQL'
CREATE ROLE lianban LOGIN CREATEROLE NOSUPERUSER NOBYPASSRLS PASSWORD :'password';
CREATE DATABASE lianban OWNER lianban;
SQL
