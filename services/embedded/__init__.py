"""PostgreSQL and Valkey as child processes, and the supervisor that they and our own processes run under."""
