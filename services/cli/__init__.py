"""The command line: `./lianban …`."""
