"""What the schema document says, table by table, in its own words: the measure for the migrated database.

A line is a column: name, type, NULL or NOT NULL or DEFAULT, then what it refers to with its ON DELETE (->), then
the values that it may have (IN). Added columns and constraints are not here: all of this must stand beside them.
"""

TABLES = {
    "companies": """
        id INTEGER AUTOINCREMENT
        name VARCHAR(255) NOT NULL
        logo VARCHAR(500) NULL
        email VARCHAR(255) NOT NULL
        phone VARCHAR(20) NULL
        address TEXT NULL
        city VARCHAR(100) NULL
        state VARCHAR(100) NULL
        country VARCHAR(100) NULL
        zip_code VARCHAR(20) NULL
        website VARCHAR(255) NULL
        industry VARCHAR(100) NULL
        company_size VARCHAR(50) NULL
        status VARCHAR(20) DEFAULT 'active' IN active inactive suspended
        subscription_plan VARCHAR(50) NULL
        subscription_start DATE NULL
        subscription_end DATE NULL
        created_at DATETIME DEFAULT CURRENT_TIMESTAMP
        updated_at DATETIME DEFAULT CURRENT_TIMESTAMP
    """,
    "users": """
        id INTEGER AUTOINCREMENT
        email VARCHAR(255) NOT NULL
        password_hash VARCHAR(255) NOT NULL
        first_name VARCHAR(100) NOT NULL
        last_name VARCHAR(100) NOT NULL
        phone VARCHAR(20) NULL
        avatar VARCHAR(500) NULL
        role VARCHAR(50) DEFAULT 'user' IN super_admin admin manager sales_rep user
        is_active BOOLEAN DEFAULT TRUE
        is_verified BOOLEAN DEFAULT FALSE
        last_login DATETIME NULL
        created_at DATETIME DEFAULT CURRENT_TIMESTAMP
        updated_at DATETIME DEFAULT CURRENT_TIMESTAMP
    """,
    "user_companies": """
        id INTEGER AUTOINCREMENT
        user_id INTEGER NOT NULL -> users CASCADE
        company_id INTEGER NOT NULL -> companies CASCADE
        role VARCHAR(50) NOT NULL
        is_primary BOOLEAN DEFAULT FALSE
        permissions JSON NULL
        joined_at DATETIME DEFAULT CURRENT_TIMESTAMP
        created_at DATETIME DEFAULT CURRENT_TIMESTAMP
    """,
    "customers": """
        id INTEGER AUTOINCREMENT
        company_id INTEGER NOT NULL -> companies CASCADE
        customer_code VARCHAR(50) NULL
        name VARCHAR(255) NOT NULL
        email VARCHAR(255) NULL
        phone VARCHAR(20) NULL
        secondary_phone VARCHAR(20) NULL
        address TEXT NULL
        city VARCHAR(100) NULL
        state VARCHAR(100) NULL
        country VARCHAR(100) NULL
        zip_code VARCHAR(20) NULL
        customer_type VARCHAR(50) DEFAULT 'individual' IN individual business
        industry VARCHAR(100) NULL
        company_name VARCHAR(255) NULL
        website VARCHAR(255) NULL
        status VARCHAR(20) DEFAULT 'active' IN active inactive prospect lost
        source VARCHAR(100) NULL
        priority VARCHAR(20) DEFAULT 'medium' IN low medium high
        credit_limit DECIMAL(15,2) DEFAULT 0
        notes TEXT NULL
        tags JSON NULL
        created_by INTEGER NULL -> users SET NULL
        assigned_to INTEGER NULL -> users SET NULL
        created_at DATETIME DEFAULT CURRENT_TIMESTAMP
        updated_at DATETIME DEFAULT CURRENT_TIMESTAMP
    """,
    "leads": """
        id INTEGER AUTOINCREMENT
        company_id INTEGER NOT NULL -> companies CASCADE
        customer_id INTEGER NULL -> customers SET NULL
        lead_name VARCHAR(255) NOT NULL
        email VARCHAR(255) NULL
        phone VARCHAR(20) NULL
        source VARCHAR(100) NULL
        status VARCHAR(50) DEFAULT 'new' IN new contacted qualified lost
        priority VARCHAR(20) DEFAULT 'medium' IN low medium high
        estimated_value DECIMAL(15,2) NULL
        notes TEXT NULL
        assigned_to INTEGER NULL -> users SET NULL
        created_by INTEGER NULL -> users SET NULL
        created_at DATETIME DEFAULT CURRENT_TIMESTAMP
        updated_at DATETIME DEFAULT CURRENT_TIMESTAMP
    """,
    "deals": """
        id INTEGER AUTOINCREMENT
        company_id INTEGER NOT NULL -> companies CASCADE
        customer_id INTEGER NOT NULL -> customers CASCADE
        lead_id INTEGER NULL -> leads SET NULL
        deal_name VARCHAR(255) NOT NULL
        deal_value DECIMAL(15,2) NOT NULL
        currency VARCHAR(10) DEFAULT 'USD'
        stage VARCHAR(50) DEFAULT 'prospect' IN prospect qualified proposal negotiation closed_won closed_lost
        probability INTEGER DEFAULT 0
        expected_close_date DATE NULL
        actual_close_date DATE NULL
        status VARCHAR(50) DEFAULT 'open' IN open won lost
        loss_reason TEXT NULL
        notes TEXT NULL
        assigned_to INTEGER NULL -> users SET NULL
        created_by INTEGER NULL -> users SET NULL
        created_at DATETIME DEFAULT CURRENT_TIMESTAMP
        updated_at DATETIME DEFAULT CURRENT_TIMESTAMP
    """,
    "tasks": """
        id INTEGER AUTOINCREMENT
        company_id INTEGER NOT NULL -> companies CASCADE
        title VARCHAR(255) NOT NULL
        description TEXT NULL
        task_type VARCHAR(50) DEFAULT 'general' IN call email meeting general
        priority VARCHAR(20) DEFAULT 'medium' IN low medium high urgent
        status VARCHAR(50) DEFAULT 'pending' IN pending in_progress completed cancelled
        due_date DATETIME NULL
        completed_at DATETIME NULL
        customer_id INTEGER NULL -> customers CASCADE
        lead_id INTEGER NULL -> leads CASCADE
        deal_id INTEGER NULL -> deals CASCADE
        assigned_to INTEGER NOT NULL -> users CASCADE
        created_by INTEGER NULL -> users SET NULL
        created_at DATETIME DEFAULT CURRENT_TIMESTAMP
        updated_at DATETIME DEFAULT CURRENT_TIMESTAMP
    """,
    "activities": """
        id INTEGER AUTOINCREMENT
        company_id INTEGER NOT NULL -> companies CASCADE
        activity_type VARCHAR(50) NOT NULL IN call email meeting note status_change
        title VARCHAR(255) NOT NULL
        description TEXT NULL
        duration INTEGER NULL
        outcome VARCHAR(100) NULL
        customer_id INTEGER NULL -> customers CASCADE
        lead_id INTEGER NULL -> leads CASCADE
        deal_id INTEGER NULL -> deals CASCADE
        task_id INTEGER NULL -> tasks CASCADE
        user_id INTEGER NOT NULL -> users CASCADE
        activity_date DATETIME NOT NULL
        created_at DATETIME DEFAULT CURRENT_TIMESTAMP
    """,
}

# Plain indexes by the columns that they are on.
INDEXES = {
    "companies": ["status"],
    "users": ["role", "is_active"],
    "user_companies": ["user_id", "company_id"],
    "customers": [
        "company_id",
        "email",
        "status",
        "customer_type",
        "created_by",
        "assigned_to",
        "customer_code",
    ],
    "leads": [],
    "deals": [],
    "tasks": [],
    "activities": [],
}

UNIQUE = {"companies": [["email"]], "users": [["email"]], "user_companies": [["user_id", "company_id"]]}

# "High priority": foreign keys are found from the columns; these are its e-mail, status and date fields.
ALSO_INDEXED = {
    "leads": ["email", "status"],
    "deals": ["status", "expected_close_date"],
    "tasks": ["status", "due_date"],
    "activities": ["activity_date"],
}

COMPOSITE = {
    "idx_customer_company_status": ("customers", ["company_id", "status"]),
    "idx_tasks_assigned_status": ("tasks", ["assigned_to", "status"]),
    "idx_deals_company_stage": ("deals", ["company_id", "stage"]),
}

SAMPLES = [
    """INSERT INTO companies (name, email, phone, status) VALUES
    ('Acme Corporation', 'info@acme.com', '+1-555-0100', 'active'),
    ('Tech Solutions Ltd', 'contact@techsol.com', '+1-555-0200', 'active');""",
    """INSERT INTO users (email, password_hash, first_name, last_name, role) VALUES
    ('admin@acme.com', '$2b$12$...', 'John', 'Doe', 'admin'),
    ('sales@acme.com', '$2b$12$...', 'Jane', 'Smith', 'sales_rep');""",
    """INSERT INTO user_companies (user_id, company_id, role, is_primary) VALUES
    (1, 1, 'admin', TRUE),
    (2, 1, 'sales_rep', TRUE),
    (1, 2, 'manager', FALSE);""",
    """INSERT INTO customers (company_id, name, email, phone, customer_type, status, created_by) VALUES
    (1, 'ABC Corp', 'contact@abc.com', '+1-555-1001', 'business', 'active', 1),
    (1, 'John Smith', 'john@email.com', '+1-555-1002', 'individual', 'active', 2);""",
]
