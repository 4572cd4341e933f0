"""施工告知: works are announced, walked before, begun, ended, and told to everybody."""
