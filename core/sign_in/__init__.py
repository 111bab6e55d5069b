"""How people come in: password, second factor, passkey, company account, break-glass; and the record of it."""
