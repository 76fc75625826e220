"""How platforms sign and encrypt: pure functions, each with the specification that it follows."""
