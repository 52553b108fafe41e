CREATE TABLE mirror_field_definitions (
id TEXT NOT NULL,
object TEXT NOT NULL,
name TEXT NOT NULL,
label TEXT NOT NULL,
type TEXT NOT NULL,
options TEXT NOT NULL,
read_only INTEGER NOT NULL,
payload_hash TEXT NOT NULL,
gone INTEGER NOT NULL,
pulled_at TEXT NOT NULL,
sweep INTEGER DEFAULT 0 NOT NULL,
CONSTRAINT pk_mirror_field_definitions PRIMARY KEY (id)
)
 STRICT

ALTER TABLE mirror_companies RENAME TO before_mirror_companies

CREATE TABLE mirror_companies (
id TEXT NOT NULL,
name TEXT NOT NULL,
domain TEXT NOT NULL,
phone TEXT NOT NULL,
address TEXT NOT NULL,
owner_id TEXT NOT NULL,
customer_tag TEXT NOT NULL,
url TEXT NOT NULL,
custom TEXT NOT NULL,
payload_hash TEXT NOT NULL,
gone INTEGER NOT NULL,
pulled_at TEXT NOT NULL,
sweep INTEGER DEFAULT 0 NOT NULL,
CONSTRAINT pk_mirror_companies PRIMARY KEY (id)
)
 STRICT

INSERT INTO mirror_companies (id, name, domain, phone, address, owner_id, customer_tag, url, custom, payload_hash, gone, pulled_at, sweep)
SELECT id, name, domain, phone, address, owner_id, customer_tag, url, '[]', '0002:' || payload_hash, gone, pulled_at, sweep
FROM before_mirror_companies

DROP TABLE before_mirror_companies

DROP INDEX ix_mirror_deals_won

ALTER TABLE mirror_deals RENAME TO before_mirror_deals

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
visits TEXT NOT NULL,
custom TEXT NOT NULL,
payload_hash TEXT NOT NULL,
gone INTEGER NOT NULL,
pulled_at TEXT NOT NULL,
sweep INTEGER DEFAULT 0 NOT NULL,
CONSTRAINT pk_mirror_deals PRIMARY KEY (id)
)
 STRICT

INSERT INTO mirror_deals (id, name, amount, currency, stage_id, pipeline_id, won, closed_at, owner_id, company_ids, primary_company_id, line_item_ids, stamp, url, visits, custom, payload_hash, gone, pulled_at, sweep)
SELECT id, name, amount, currency, stage_id, pipeline_id, won, closed_at, owner_id, company_ids, primary_company_id, line_item_ids, stamp, url, '[]', '[]', '0002:' || payload_hash, gone, pulled_at, sweep
FROM before_mirror_deals

DROP TABLE before_mirror_deals

CREATE INDEX ix_mirror_deals_won ON mirror_deals (won)

CREATE TABLE mirror_quotes (
id TEXT NOT NULL,
title TEXT NOT NULL,
status TEXT NOT NULL,
accepted INTEGER NOT NULL,
amount TEXT,
currency TEXT NOT NULL,
number TEXT NOT NULL,
expires_on TEXT,
signed INTEGER NOT NULL,
signers INTEGER NOT NULL,
payment_status TEXT NOT NULL,
bills_itself INTEGER NOT NULL,
deal_ids TEXT NOT NULL,
line_item_ids TEXT NOT NULL,
url TEXT NOT NULL,
payload_hash TEXT NOT NULL,
gone INTEGER NOT NULL,
pulled_at TEXT NOT NULL,
sweep INTEGER DEFAULT 0 NOT NULL,
CONSTRAINT pk_mirror_quotes PRIMARY KEY (id)
)
 STRICT

ALTER TABLE mirror_ledgers RENAME TO before_mirror_ledgers

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
class_per_line INTEGER NOT NULL,
locations INTEGER NOT NULL,
estimates INTEGER NOT NULL,
discounts INTEGER NOT NULL,
discount_account_id TEXT NOT NULL,
auto_apply_credits INTEGER NOT NULL,
auto_apply_payments INTEGER NOT NULL,
"plan" TEXT NOT NULL,
subscribed INTEGER NOT NULL,
payload_hash TEXT NOT NULL,
gone INTEGER NOT NULL,
pulled_at TEXT NOT NULL,
sweep INTEGER DEFAULT 0 NOT NULL,
CONSTRAINT pk_mirror_ledgers PRIMARY KEY (id)
)
 STRICT

INSERT INTO mirror_ledgers (id, company_name, country, currency, closed_through, automated_tax, uses_tax, custom_numbers, multicurrency, classes, default_term_id, time_zone, class_per_line, locations, estimates, discounts, discount_account_id, auto_apply_credits, auto_apply_payments, plan, subscribed, payload_hash, gone, pulled_at, sweep)
SELECT id, company_name, country, currency, closed_through, automated_tax, uses_tax, custom_numbers, multicurrency, classes, default_term_id, time_zone, 0, 0, 1, 0, '', 0, 0, '', 1, '0002:' || payload_hash, gone, pulled_at, sweep
FROM before_mirror_ledgers

DROP TABLE before_mirror_ledgers

CREATE TABLE mirror_currencies (
id TEXT NOT NULL,
code TEXT NOT NULL,
name TEXT NOT NULL,
active INTEGER NOT NULL,
payload_hash TEXT NOT NULL,
gone INTEGER NOT NULL,
pulled_at TEXT NOT NULL,
sweep INTEGER DEFAULT 0 NOT NULL,
CONSTRAINT pk_mirror_currencies PRIMARY KEY (id)
)
 STRICT

CREATE TABLE mirror_accounts (
id TEXT NOT NULL,
name TEXT NOT NULL,
type TEXT NOT NULL,
subtype TEXT NOT NULL,
number TEXT NOT NULL,
currency TEXT NOT NULL,
active INTEGER NOT NULL,
payload_hash TEXT NOT NULL,
gone INTEGER NOT NULL,
pulled_at TEXT NOT NULL,
sweep INTEGER DEFAULT 0 NOT NULL,
CONSTRAINT pk_mirror_accounts PRIMARY KEY (id)
)
 STRICT

CREATE TABLE mirror_payment_methods (
id TEXT NOT NULL,
name TEXT NOT NULL,
card INTEGER NOT NULL,
active INTEGER NOT NULL,
payload_hash TEXT NOT NULL,
gone INTEGER NOT NULL,
pulled_at TEXT NOT NULL,
sweep INTEGER DEFAULT 0 NOT NULL,
CONSTRAINT pk_mirror_payment_methods PRIMARY KEY (id)
)
 STRICT

CREATE TABLE mirror_classes (
id TEXT NOT NULL,
name TEXT NOT NULL,
parent_id TEXT NOT NULL,
active INTEGER NOT NULL,
payload_hash TEXT NOT NULL,
gone INTEGER NOT NULL,
pulled_at TEXT NOT NULL,
sweep INTEGER DEFAULT 0 NOT NULL,
CONSTRAINT pk_mirror_classes PRIMARY KEY (id)
)
 STRICT

CREATE TABLE mirror_locations (
id TEXT NOT NULL,
name TEXT NOT NULL,
parent_id TEXT NOT NULL,
active INTEGER NOT NULL,
payload_hash TEXT NOT NULL,
gone INTEGER NOT NULL,
pulled_at TEXT NOT NULL,
sweep INTEGER DEFAULT 0 NOT NULL,
CONSTRAINT pk_mirror_locations PRIMARY KEY (id)
)
 STRICT

CREATE TABLE mirror_custom_fields (
id TEXT NOT NULL,
name TEXT NOT NULL,
type TEXT NOT NULL,
active INTEGER NOT NULL,
payload_hash TEXT NOT NULL,
gone INTEGER NOT NULL,
pulled_at TEXT NOT NULL,
sweep INTEGER DEFAULT 0 NOT NULL,
CONSTRAINT pk_mirror_custom_fields PRIMARY KEY (id)
)
 STRICT

CREATE TABLE mirror_tax_codes (
id TEXT NOT NULL,
name TEXT NOT NULL,
taxable INTEGER NOT NULL,
rate_ids TEXT NOT NULL,
active INTEGER NOT NULL,
payload_hash TEXT NOT NULL,
gone INTEGER NOT NULL,
pulled_at TEXT NOT NULL,
sweep INTEGER DEFAULT 0 NOT NULL,
CONSTRAINT pk_mirror_tax_codes PRIMARY KEY (id)
)
 STRICT

CREATE TABLE mirror_other_names (
id TEXT NOT NULL,
name TEXT NOT NULL,
type TEXT NOT NULL,
active INTEGER NOT NULL,
payload_hash TEXT NOT NULL,
gone INTEGER NOT NULL,
pulled_at TEXT NOT NULL,
sweep INTEGER DEFAULT 0 NOT NULL,
CONSTRAINT pk_mirror_other_names PRIMARY KEY (id)
)
 STRICT

DROP INDEX ix_mirror_customers_email

DROP INDEX ix_mirror_customers_parent_id

ALTER TABLE mirror_customers RENAME TO before_mirror_customers

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
project INTEGER NOT NULL,
bill_with_parent INTEGER NOT NULL,
revision TEXT NOT NULL,
payload_hash TEXT NOT NULL,
gone INTEGER NOT NULL,
pulled_at TEXT NOT NULL,
sweep INTEGER DEFAULT 0 NOT NULL,
CONSTRAINT pk_mirror_customers PRIMARY KEY (id)
)
 STRICT

INSERT INTO mirror_customers (id, name, company_name, parent_id, email, phone, address, ship_address, currency, active, taxable, term_id, balance, notes, project, bill_with_parent, revision, payload_hash, gone, pulled_at, sweep)
SELECT id, name, company_name, parent_id, email, phone, address, ship_address, currency, active, taxable, term_id, balance, notes, 0, 0, revision, '0002:' || payload_hash, gone, pulled_at, sweep
FROM before_mirror_customers

DROP TABLE before_mirror_customers

CREATE INDEX ix_mirror_customers_email ON mirror_customers (email)

CREATE INDEX ix_mirror_customers_parent_id ON mirror_customers (parent_id)

DROP INDEX ix_mirror_documents_customer_id

DROP INDEX ix_mirror_documents_type

ALTER TABLE mirror_documents RENAME TO before_mirror_documents

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
deposit INTEGER NOT NULL,
due_on TEXT,
emailed INTEGER NOT NULL,
voided INTEGER NOT NULL,
private_note TEXT NOT NULL,
lines TEXT NOT NULL,
links TEXT NOT NULL,
tax_percent TEXT,
status TEXT NOT NULL,
email TEXT NOT NULL,
term_id TEXT NOT NULL,
class_id TEXT NOT NULL,
location_id TEXT NOT NULL,
tax_code_id TEXT NOT NULL,
custom_fields TEXT NOT NULL,
exchange_rate TEXT,
created_at TEXT,
revision TEXT NOT NULL,
payload_hash TEXT NOT NULL,
gone INTEGER NOT NULL,
pulled_at TEXT NOT NULL,
sweep INTEGER DEFAULT 0 NOT NULL,
CONSTRAINT pk_mirror_documents PRIMARY KEY (id)
)
 STRICT

INSERT INTO mirror_documents (id, type, number, customer_id, posted_on, currency, total, tax, balance, deposit, due_on, emailed, voided, private_note, lines, links, tax_percent, status, email, term_id, class_id, location_id, tax_code_id, custom_fields, exchange_rate, created_at, revision, payload_hash, gone, pulled_at, sweep)
SELECT id, type, number, customer_id, posted_on, currency, total, tax, balance, 0, due_on, emailed, voided, private_note, lines, links, tax_percent, '', '', '', '', '', '', '[]', NULL, created_at, revision, '0002:' || payload_hash, gone, pulled_at, sweep
FROM before_mirror_documents

DROP TABLE before_mirror_documents

CREATE INDEX ix_mirror_documents_customer_id ON mirror_documents (customer_id)

CREATE INDEX ix_mirror_documents_type ON mirror_documents (type)

DROP INDEX ix_mirror_payments_customer_id

ALTER TABLE mirror_payments RENAME TO before_mirror_payments

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
method_id TEXT NOT NULL,
reference TEXT NOT NULL,
exchange_rate TEXT,
revision TEXT NOT NULL,
payload_hash TEXT NOT NULL,
gone INTEGER NOT NULL,
pulled_at TEXT NOT NULL,
sweep INTEGER DEFAULT 0 NOT NULL,
CONSTRAINT pk_mirror_payments PRIMARY KEY (id)
)
 STRICT

INSERT INTO mirror_payments (id, customer_id, paid_on, currency, total, unapplied, applications, voided, deposited, method_id, reference, exchange_rate, revision, payload_hash, gone, pulled_at, sweep)
SELECT id, customer_id, paid_on, currency, total, unapplied, applications, voided, deposited, '', '', NULL, revision, '0002:' || payload_hash, gone, pulled_at, sweep
FROM before_mirror_payments

DROP TABLE before_mirror_payments

CREATE INDEX ix_mirror_payments_customer_id ON mirror_payments (customer_id)

CREATE TABLE mirror_deposits (
id TEXT NOT NULL,
posted_on TEXT NOT NULL,
currency TEXT NOT NULL,
total INTEGER NOT NULL,
account_id TEXT NOT NULL,
links TEXT NOT NULL,
postings TEXT NOT NULL,
exchange_rate TEXT,
revision TEXT NOT NULL,
payload_hash TEXT NOT NULL,
gone INTEGER NOT NULL,
pulled_at TEXT NOT NULL,
sweep INTEGER DEFAULT 0 NOT NULL,
CONSTRAINT pk_mirror_deposits PRIMARY KEY (id)
)
 STRICT

CREATE TABLE mirror_journal_entries (
id TEXT NOT NULL,
posted_on TEXT NOT NULL,
currency TEXT NOT NULL,
number TEXT NOT NULL,
private_note TEXT NOT NULL,
postings TEXT NOT NULL,
exchange_rate TEXT,
revision TEXT NOT NULL,
payload_hash TEXT NOT NULL,
gone INTEGER NOT NULL,
pulled_at TEXT NOT NULL,
sweep INTEGER DEFAULT 0 NOT NULL,
CONSTRAINT pk_mirror_journal_entries PRIMARY KEY (id)
)
 STRICT

CREATE TABLE mirror_recurring_documents (
id TEXT NOT NULL,
name TEXT NOT NULL,
type TEXT NOT NULL,
customer_id TEXT NOT NULL,
currency TEXT NOT NULL,
total INTEGER NOT NULL,
active INTEGER NOT NULL,
automatic INTEGER NOT NULL,
every TEXT NOT NULL,
next_on TEXT,
lines TEXT NOT NULL,
revision TEXT NOT NULL,
payload_hash TEXT NOT NULL,
gone INTEGER NOT NULL,
pulled_at TEXT NOT NULL,
sweep INTEGER DEFAULT 0 NOT NULL,
CONSTRAINT pk_mirror_recurring_documents PRIMARY KEY (id)
)
 STRICT

CREATE TABLE mirror_time_entries (
id TEXT NOT NULL,
customer_id TEXT NOT NULL,
item_id TEXT NOT NULL,
worked_on TEXT NOT NULL,
minutes INTEGER NOT NULL,
hourly_rate TEXT,
billable INTEGER NOT NULL,
billed INTEGER NOT NULL,
description TEXT NOT NULL,
revision TEXT NOT NULL,
payload_hash TEXT NOT NULL,
gone INTEGER NOT NULL,
pulled_at TEXT NOT NULL,
sweep INTEGER DEFAULT 0 NOT NULL,
CONSTRAINT pk_mirror_time_entries PRIMARY KEY (id)
)
 STRICT

CREATE INDEX ix_mirror_time_entries_customer_id ON mirror_time_entries (customer_id)

UPDATE stream SET cursor = ''
