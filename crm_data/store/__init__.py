"""How a company's rows are kept: connections, walls, verbs. Nothing outside crm_data imports from here."""
