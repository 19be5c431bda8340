"""Several server processes on one PostgreSQL database, and how an operator starts them."""
