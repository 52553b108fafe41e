DROP INDEX ix_journal_event_decision_id

DROP INDEX ix_journal_event_operation_id

ALTER TABLE journal_event RENAME TO before_journal_event

CREATE TABLE journal_event (
id INTEGER NOT NULL,
at TEXT NOT NULL,
kind TEXT NOT NULL,
decision_id INTEGER,
operation_id INTEGER,
content_digest TEXT NOT NULL,
subjects_digest TEXT NOT NULL,
previous TEXT NOT NULL,
digest TEXT NOT NULL,
CONSTRAINT pk_journal_event PRIMARY KEY (id)
)
 STRICT

INSERT INTO journal_event (id, at, kind, decision_id, operation_id, content_digest, subjects_digest, previous, digest)
SELECT id, at, kind, decision_id, operation_id, content_digest, '', previous, digest
FROM before_journal_event

DROP TABLE before_journal_event

CREATE INDEX ix_journal_event_decision_id ON journal_event (decision_id)

CREATE INDEX ix_journal_event_operation_id ON journal_event (operation_id)

CREATE INDEX ix_journal_subject_event_id ON journal_subject (event_id)

CREATE TRIGGER journal_event_unchanged BEFORE UPDATE ON journal_event
BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END

CREATE TRIGGER journal_content_unchanged BEFORE UPDATE ON journal_content
BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END

CREATE TRIGGER journal_subject_unchanged BEFORE UPDATE ON journal_subject
BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END

CREATE TRIGGER journal_event_kept BEFORE DELETE ON journal_event
BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END

CREATE TRIGGER journal_subject_kept BEFORE DELETE ON journal_subject
BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END

CREATE TRIGGER journal_content_kept BEFORE DELETE ON journal_content
WHEN NOT EXISTS (SELECT 1 FROM fact WHERE name = 'forgetting')
BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END

CREATE TRIGGER journal_event_once BEFORE INSERT ON journal_event
WHEN EXISTS (SELECT 1 FROM journal_event WHERE id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END

CREATE TRIGGER journal_content_once BEFORE INSERT ON journal_content
WHEN EXISTS (SELECT 1 FROM journal_content WHERE event_id = NEW.event_id)
BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END
