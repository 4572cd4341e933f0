"""初验 and 竣工验收: prepared, gone through, reworked, signed; what the warranty covers."""
