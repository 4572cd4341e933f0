"""Who somebody is: accounts, passwords, second factors, codes, sign-ins, an organisation's own sign-in."""
