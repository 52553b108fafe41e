CREATE TABLE allocation (
id INTEGER NOT NULL,
event_id INTEGER NOT NULL,
billed_document_id INTEGER NOT NULL,
amount INTEGER NOT NULL,
ended_at TEXT,
CONSTRAINT pk_allocation PRIMARY KEY (id)
)
STRICT

CREATE INDEX ix_allocation_billed_document_id ON allocation (billed_document_id)

CREATE INDEX ix_allocation_event_id ON allocation (event_id)

CREATE TABLE billed_document (
id INTEGER NOT NULL,
type TEXT NOT NULL,
document_id TEXT NOT NULL,
number TEXT NOT NULL,
origin TEXT NOT NULL,
state TEXT NOT NULL,
operation_id INTEGER,
decision_id INTEGER NOT NULL,
credit_operation_id INTEGER,
credit_document_id TEXT NOT NULL,
at TEXT NOT NULL,
CONSTRAINT pk_billed_document PRIMARY KEY (id)
)
STRICT

CREATE INDEX ix_billed_document_operation_id ON billed_document (operation_id)

CREATE UNIQUE INDEX ix_billed_document_remote ON billed_document (document_id) WHERE document_id <> ''

CREATE TABLE billing_event (
id INTEGER NOT NULL,
deal_id TEXT NOT NULL,
"key" TEXT NOT NULL,
generation INTEGER NOT NULL,
due_on TEXT NOT NULL,
currency TEXT NOT NULL,
amount INTEGER NOT NULL,
state TEXT NOT NULL,
was TEXT NOT NULL,
at TEXT NOT NULL,
CONSTRAINT pk_billing_event PRIMARY KEY (id),
CONSTRAINT uq_billing_event_deal_id_key UNIQUE (deal_id, "key")
)
STRICT

CREATE INDEX ix_billing_event_state ON billing_event (state)

CREATE TABLE candidate (
company_id TEXT NOT NULL,
customer_id TEXT NOT NULL,
rank INTEGER NOT NULL,
score TEXT NOT NULL,
signals TEXT NOT NULL,
never INTEGER NOT NULL,
CONSTRAINT pk_candidate PRIMARY KEY (company_id, customer_id)
)
STRICT

CREATE TABLE "conflict" (
id INTEGER NOT NULL,
company_id TEXT NOT NULL,
customer_id TEXT NOT NULL,
field TEXT NOT NULL,
name TEXT NOT NULL,
state TEXT NOT NULL,
cause TEXT NOT NULL,
agreed TEXT NOT NULL,
crm TEXT NOT NULL,
accounting TEXT NOT NULL,
owner TEXT NOT NULL,
choice TEXT NOT NULL,
inputs_hash TEXT NOT NULL,
decision_id INTEGER,
at TEXT NOT NULL,
CONSTRAINT pk_conflict PRIMARY KEY (id),
CONSTRAINT uq_conflict_company_id_customer_id_field UNIQUE (company_id, customer_id, field)
)
STRICT

CREATE INDEX ix_conflict_state ON "conflict" (state)

CREATE TABLE deal_stamp (
deal_id TEXT NOT NULL,
"values" TEXT NOT NULL,
operation_id INTEGER NOT NULL,
at TEXT NOT NULL,
CONSTRAINT pk_deal_stamp PRIMARY KEY (deal_id)
)
STRICT

CREATE TABLE decision (
id INTEGER NOT NULL,
action TEXT NOT NULL,
desk TEXT NOT NULL,
row_id TEXT NOT NULL,
at TEXT NOT NULL,
actor TEXT NOT NULL,
origin TEXT NOT NULL,
automatic INTEGER NOT NULL,
rules_hash TEXT NOT NULL,
seen TEXT NOT NULL,
words TEXT NOT NULL,
note TEXT NOT NULL,
undoes INTEGER,
undone_by INTEGER,
CONSTRAINT pk_decision PRIMARY KEY (id)
)
STRICT

CREATE INDEX ix_decision_row_id ON decision (row_id)

CREATE INDEX ix_decision_undoes ON decision (undoes)

CREATE TABLE draft (
id INTEGER NOT NULL,
event_id INTEGER NOT NULL,
deal_id TEXT NOT NULL,
deal_name TEXT NOT NULL,
company_id TEXT NOT NULL,
customer_id TEXT NOT NULL,
customer_name TEXT NOT NULL,
state TEXT NOT NULL,
verdict TEXT NOT NULL,
cause TEXT NOT NULL,
currency TEXT NOT NULL,
before_tax INTEGER NOT NULL,
tax INTEGER NOT NULL,
total INTEGER NOT NULL,
won_on TEXT NOT NULL,
posted_on TEXT,
due_on TEXT,
body TEXT NOT NULL,
checks TEXT NOT NULL,
inputs_hash TEXT NOT NULL,
rules_hash TEXT NOT NULL,
decision_id INTEGER,
note TEXT NOT NULL,
at TEXT NOT NULL,
CONSTRAINT pk_draft PRIMARY KEY (id),
CONSTRAINT uq_draft_event_id UNIQUE (event_id)
)
STRICT

CREATE INDEX ix_draft_state ON draft (state)

CREATE TABLE fact (
name TEXT NOT NULL,
value TEXT NOT NULL,
at TEXT NOT NULL,
CONSTRAINT pk_fact PRIMARY KEY (name)
)
STRICT

CREATE TABLE follow_up (
id INTEGER NOT NULL,
document_id TEXT NOT NULL,
number TEXT NOT NULL,
customer_id TEXT NOT NULL,
customer_name TEXT NOT NULL,
company_id TEXT NOT NULL,
deal_id TEXT NOT NULL,
owner_id TEXT NOT NULL,
state TEXT NOT NULL,
cause TEXT NOT NULL,
step TEXT NOT NULL,
currency TEXT NOT NULL,
balance INTEGER NOT NULL,
due_on TEXT NOT NULL,
snoozed_until TEXT,
inputs_hash TEXT NOT NULL,
decision_id INTEGER,
at TEXT NOT NULL,
CONSTRAINT pk_follow_up PRIMARY KEY (id),
CONSTRAINT uq_follow_up_document_id UNIQUE (document_id)
)
STRICT

CREATE INDEX ix_follow_up_state ON follow_up (state)

CREATE TABLE held (
kind TEXT NOT NULL,
record_id TEXT NOT NULL,
problem TEXT NOT NULL,
payload TEXT NOT NULL,
at TEXT NOT NULL,
CONSTRAINT pk_held PRIMARY KEY (kind, record_id)
)
STRICT

CREATE TABLE journal_content (
event_id INTEGER NOT NULL,
body TEXT NOT NULL,
CONSTRAINT pk_journal_content PRIMARY KEY (event_id)
)
STRICT

CREATE TABLE journal_event (
id INTEGER NOT NULL,
at TEXT NOT NULL,
kind TEXT NOT NULL,
decision_id INTEGER,
operation_id INTEGER,
content_digest TEXT NOT NULL,
previous TEXT NOT NULL,
digest TEXT NOT NULL,
CONSTRAINT pk_journal_event PRIMARY KEY (id)
)
STRICT

CREATE INDEX ix_journal_event_decision_id ON journal_event (decision_id)

CREATE INDEX ix_journal_event_operation_id ON journal_event (operation_id)

CREATE TABLE journal_subject (
subject TEXT NOT NULL,
event_id INTEGER NOT NULL,
CONSTRAINT pk_journal_subject PRIMARY KEY (subject, event_id)
)
STRICT

CREATE TABLE lease (
name TEXT NOT NULL,
holder TEXT NOT NULL,
host TEXT NOT NULL,
pid INTEGER NOT NULL,
fence INTEGER NOT NULL,
heartbeat_at TEXT NOT NULL,
CONSTRAINT pk_lease PRIMARY KEY (name)
)
STRICT

CREATE TABLE link (
id INTEGER NOT NULL,
company_id TEXT NOT NULL,
currency TEXT NOT NULL,
customer_id TEXT NOT NULL,
operation_id INTEGER,
decision_id INTEGER NOT NULL,
agreed TEXT NOT NULL,
at TEXT NOT NULL,
ended_at TEXT,
CONSTRAINT pk_link PRIMARY KEY (id)
)
STRICT

CREATE INDEX ix_link_customer ON link (customer_id)

CREATE UNIQUE INDEX ix_link_live ON link (company_id, currency) WHERE ended_at IS NULL

CREATE TABLE mirror_companies (
id TEXT NOT NULL,
name TEXT NOT NULL,
domain TEXT NOT NULL,
phone TEXT NOT NULL,
address TEXT NOT NULL,
owner_id TEXT NOT NULL,
customer_tag TEXT NOT NULL,
url TEXT NOT NULL,
payload_hash TEXT NOT NULL,
gone INTEGER NOT NULL,
pulled_at TEXT NOT NULL,
sweep INTEGER DEFAULT 0 NOT NULL,
CONSTRAINT pk_mirror_companies PRIMARY KEY (id)
)
STRICT

CREATE TABLE mirror_contacts (
id TEXT NOT NULL,
name TEXT NOT NULL,
email TEXT NOT NULL,
phone TEXT NOT NULL,
company_ids TEXT NOT NULL,
billing INTEGER NOT NULL,
payload_hash TEXT NOT NULL,
gone INTEGER NOT NULL,
pulled_at TEXT NOT NULL,
sweep INTEGER DEFAULT 0 NOT NULL,
CONSTRAINT pk_mirror_contacts PRIMARY KEY (id)
)
STRICT

CREATE TABLE mirror_customers (
id TEXT NOT NULL,
name TEXT NOT NULL,
company_name TEXT NOT NULL,
parent_id TEXT NOT NULL,
email TEXT NOT NULL,
phone TEXT NOT NULL,
address TEXT NOT NULL,
ship_address TEXT NOT NULL,
currency TEXT NOT NULL,
active INTEGER NOT NULL,
taxable INTEGER NOT NULL,
term_id TEXT NOT NULL,
balance INTEGER NOT NULL,
notes TEXT NOT NULL,
revision TEXT NOT NULL,
payload_hash TEXT NOT NULL,
gone INTEGER NOT NULL,
pulled_at TEXT NOT NULL,
sweep INTEGER DEFAULT 0 NOT NULL,
CONSTRAINT pk_mirror_customers PRIMARY KEY (id)
)
STRICT

CREATE INDEX ix_mirror_customers_email ON mirror_customers (email)

CREATE INDEX ix_mirror_customers_parent_id ON mirror_customers (parent_id)

CREATE TABLE mirror_deals (
id TEXT NOT NULL,
name TEXT NOT NULL,
amount TEXT,
currency TEXT NOT NULL,
stage_id TEXT NOT NULL,
pipeline_id TEXT NOT NULL,
won INTEGER NOT NULL,
closed_at TEXT,
owner_id TEXT NOT NULL,
company_ids TEXT NOT NULL,
primary_company_id TEXT NOT NULL,
line_item_ids TEXT NOT NULL,
stamp TEXT NOT NULL,
url TEXT NOT NULL,
payload_hash TEXT NOT NULL,
gone INTEGER NOT NULL,
pulled_at TEXT NOT NULL,
sweep INTEGER DEFAULT 0 NOT NULL,
CONSTRAINT pk_mirror_deals PRIMARY KEY (id)
)
STRICT

CREATE INDEX ix_mirror_deals_won ON mirror_deals (won)

CREATE TABLE mirror_documents (
id TEXT NOT NULL,
type TEXT NOT NULL,
number TEXT NOT NULL,
customer_id TEXT NOT NULL,
posted_on TEXT NOT NULL,
currency TEXT NOT NULL,
total INTEGER NOT NULL,
tax INTEGER NOT NULL,
balance INTEGER NOT NULL,
due_on TEXT,
emailed INTEGER NOT NULL,
voided INTEGER NOT NULL,
private_note TEXT NOT NULL,
lines TEXT NOT NULL,
links TEXT NOT NULL,
tax_percent TEXT,
created_at TEXT,
revision TEXT NOT NULL,
payload_hash TEXT NOT NULL,
gone INTEGER NOT NULL,
pulled_at TEXT NOT NULL,
sweep INTEGER DEFAULT 0 NOT NULL,
CONSTRAINT pk_mirror_documents PRIMARY KEY (id)
)
STRICT

CREATE INDEX ix_mirror_documents_customer_id ON mirror_documents (customer_id)

CREATE INDEX ix_mirror_documents_type ON mirror_documents (type)

CREATE TABLE mirror_items (
id TEXT NOT NULL,
name TEXT NOT NULL,
type TEXT NOT NULL,
sku TEXT NOT NULL,
active INTEGER NOT NULL,
taxable INTEGER NOT NULL,
unit_price TEXT,
payload_hash TEXT NOT NULL,
gone INTEGER NOT NULL,
pulled_at TEXT NOT NULL,
sweep INTEGER DEFAULT 0 NOT NULL,
CONSTRAINT pk_mirror_items PRIMARY KEY (id)
)
STRICT

CREATE TABLE mirror_ledgers (
id TEXT NOT NULL,
company_name TEXT NOT NULL,
country TEXT NOT NULL,
currency TEXT NOT NULL,
closed_through TEXT,
automated_tax INTEGER NOT NULL,
uses_tax INTEGER NOT NULL,
custom_numbers INTEGER NOT NULL,
multicurrency INTEGER NOT NULL,
classes INTEGER NOT NULL,
default_term_id TEXT NOT NULL,
time_zone TEXT NOT NULL,
payload_hash TEXT NOT NULL,
gone INTEGER NOT NULL,
pulled_at TEXT NOT NULL,
sweep INTEGER DEFAULT 0 NOT NULL,
CONSTRAINT pk_mirror_ledgers PRIMARY KEY (id)
)
STRICT

CREATE TABLE mirror_line_items (
id TEXT NOT NULL,
deal_id TEXT NOT NULL,
name TEXT NOT NULL,
quantity TEXT NOT NULL,
unit_price TEXT NOT NULL,
sku TEXT NOT NULL,
product_id TEXT NOT NULL,
description TEXT NOT NULL,
discount_percent TEXT NOT NULL,
discount_amount TEXT NOT NULL,
billing_frequency TEXT NOT NULL,
position INTEGER NOT NULL,
payload_hash TEXT NOT NULL,
gone INTEGER NOT NULL,
pulled_at TEXT NOT NULL,
sweep INTEGER DEFAULT 0 NOT NULL,
CONSTRAINT pk_mirror_line_items PRIMARY KEY (id)
)
STRICT

CREATE INDEX ix_mirror_line_items_deal_id ON mirror_line_items (deal_id)

CREATE TABLE mirror_owners (
id TEXT NOT NULL,
name TEXT NOT NULL,
email TEXT NOT NULL,
active INTEGER NOT NULL,
payload_hash TEXT NOT NULL,
gone INTEGER NOT NULL,
pulled_at TEXT NOT NULL,
sweep INTEGER DEFAULT 0 NOT NULL,
CONSTRAINT pk_mirror_owners PRIMARY KEY (id)
)
STRICT

CREATE TABLE mirror_payments (
id TEXT NOT NULL,
customer_id TEXT NOT NULL,
paid_on TEXT NOT NULL,
currency TEXT NOT NULL,
total INTEGER NOT NULL,
unapplied INTEGER NOT NULL,
applications TEXT NOT NULL,
voided INTEGER NOT NULL,
deposited INTEGER NOT NULL,
revision TEXT NOT NULL,
payload_hash TEXT NOT NULL,
gone INTEGER NOT NULL,
pulled_at TEXT NOT NULL,
sweep INTEGER DEFAULT 0 NOT NULL,
CONSTRAINT pk_mirror_payments PRIMARY KEY (id)
)
STRICT

CREATE INDEX ix_mirror_payments_customer_id ON mirror_payments (customer_id)

CREATE TABLE mirror_products (
id TEXT NOT NULL,
name TEXT NOT NULL,
sku TEXT NOT NULL,
unit_price TEXT,
payload_hash TEXT NOT NULL,
gone INTEGER NOT NULL,
pulled_at TEXT NOT NULL,
sweep INTEGER DEFAULT 0 NOT NULL,
CONSTRAINT pk_mirror_products PRIMARY KEY (id)
)
STRICT

CREATE TABLE mirror_stages (
id TEXT NOT NULL,
pipeline_id TEXT NOT NULL,
label TEXT NOT NULL,
pipeline_label TEXT NOT NULL,
won INTEGER NOT NULL,
closed INTEGER NOT NULL,
position INTEGER NOT NULL,
payload_hash TEXT NOT NULL,
gone INTEGER NOT NULL,
pulled_at TEXT NOT NULL,
sweep INTEGER DEFAULT 0 NOT NULL,
CONSTRAINT pk_mirror_stages PRIMARY KEY (id)
)
STRICT

CREATE TABLE mirror_tax_rates (
id TEXT NOT NULL,
name TEXT NOT NULL,
percent TEXT NOT NULL,
active INTEGER NOT NULL,
payload_hash TEXT NOT NULL,
gone INTEGER NOT NULL,
pulled_at TEXT NOT NULL,
sweep INTEGER DEFAULT 0 NOT NULL,
CONSTRAINT pk_mirror_tax_rates PRIMARY KEY (id)
)
STRICT

CREATE TABLE mirror_terms (
id TEXT NOT NULL,
name TEXT NOT NULL,
due_days INTEGER,
active INTEGER NOT NULL,
payload_hash TEXT NOT NULL,
gone INTEGER NOT NULL,
pulled_at TEXT NOT NULL,
sweep INTEGER DEFAULT 0 NOT NULL,
CONSTRAINT pk_mirror_terms PRIMARY KEY (id)
)
STRICT

CREATE TABLE operation (
id INTEGER NOT NULL,
decision_id INTEGER NOT NULL,
kind TEXT NOT NULL,
system TEXT NOT NULL,
target TEXT NOT NULL,
generation INTEGER NOT NULL,
body TEXT NOT NULL,
body_hash TEXT NOT NULL,
request_id TEXT NOT NULL,
rules_hash TEXT NOT NULL,
state TEXT NOT NULL,
due_at TEXT NOT NULL,
attempts INTEGER NOT NULL,
fence INTEGER NOT NULL,
sent_hash TEXT NOT NULL,
first_sent_at TEXT,
sent_at TEXT,
settled_at TEXT,
remote_id TEXT NOT NULL,
revision TEXT NOT NULL,
number TEXT NOT NULL,
problem TEXT NOT NULL,
problem_class TEXT NOT NULL,
next_step TEXT NOT NULL,
code TEXT NOT NULL,
created_at TEXT NOT NULL,
CONSTRAINT pk_operation PRIMARY KEY (id)
)
STRICT

CREATE INDEX ix_operation_decision ON operation (decision_id)

CREATE INDEX ix_operation_open ON operation (state, due_at) WHERE state NOT IN ('settled', 'cancelled')

CREATE UNIQUE INDEX ix_operation_request ON operation (request_id) WHERE state <> 'cancelled'

CREATE TABLE operation_dependency (
operation_id INTEGER NOT NULL,
needs_id INTEGER NOT NULL,
CONSTRAINT pk_operation_dependency PRIMARY KEY (operation_id, needs_id)
)
STRICT

CREATE TABLE payload (
id INTEGER NOT NULL,
kind TEXT NOT NULL,
record_id TEXT NOT NULL,
hash TEXT NOT NULL,
body BLOB NOT NULL,
pulled_at TEXT NOT NULL,
replaced_at TEXT,
CONSTRAINT pk_payload PRIMARY KEY (id)
)
STRICT

CREATE UNIQUE INDEX ix_payload_current ON payload (kind, record_id) WHERE replaced_at IS NULL

CREATE TABLE run (
id INTEGER NOT NULL,
started_at TEXT NOT NULL,
finished_at TEXT,
state TEXT NOT NULL,
reason TEXT NOT NULL,
error TEXT NOT NULL,
counts TEXT NOT NULL,
CONSTRAINT pk_run PRIMARY KEY (id)
)
STRICT

CREATE TABLE run_event (
id INTEGER NOT NULL,
run_id INTEGER NOT NULL,
at TEXT NOT NULL,
level TEXT NOT NULL,
subject TEXT NOT NULL,
message TEXT NOT NULL,
next_step TEXT NOT NULL,
CONSTRAINT pk_run_event PRIMARY KEY (id)
)
STRICT

CREATE INDEX ix_run_event_run_id ON run_event (run_id)

CREATE TABLE run_stream (
run_id INTEGER NOT NULL,
stream TEXT NOT NULL,
seen INTEGER NOT NULL,
applied INTEGER NOT NULL,
unchanged INTEGER NOT NULL,
held INTEGER NOT NULL,
failed INTEGER NOT NULL,
calls INTEGER NOT NULL,
error TEXT NOT NULL,
CONSTRAINT pk_run_stream PRIMARY KEY (run_id, stream)
)
STRICT

CREATE TABLE stream (
name TEXT NOT NULL,
cursor TEXT NOT NULL,
pulled_at TEXT NOT NULL,
swept_at TEXT,
sweep INTEGER NOT NULL,
CONSTRAINT pk_stream PRIMARY KEY (name)
)
STRICT

CREATE TABLE sync_request (
id INTEGER NOT NULL,
at TEXT NOT NULL,
done_at TEXT,
CONSTRAINT pk_sync_request PRIMARY KEY (id)
)
STRICT

CREATE TABLE unmatched (
id INTEGER NOT NULL,
company_id TEXT NOT NULL,
currency TEXT NOT NULL,
name TEXT NOT NULL,
state TEXT NOT NULL,
cause TEXT NOT NULL,
deals INTEGER NOT NULL,
money INTEGER NOT NULL,
inputs_hash TEXT NOT NULL,
decision_id INTEGER,
at TEXT NOT NULL,
CONSTRAINT pk_unmatched PRIMARY KEY (id),
CONSTRAINT uq_unmatched_company_id_currency UNIQUE (company_id, currency)
)
STRICT

CREATE INDEX ix_unmatched_state ON unmatched (state)

CREATE TRIGGER allocation_within_event BEFORE INSERT ON allocation
WHEN (SELECT COALESCE(SUM(amount), 0) FROM allocation WHERE event_id = NEW.event_id AND ended_at IS NULL) + NEW.amount
   > (SELECT amount FROM billing_event WHERE id = NEW.event_id)
BEGIN SELECT RAISE(ABORT, 'allocations would exceed the billing event'); END
