CREATE TABLE assignment (
	id TEXT NOT NULL, 
	space TEXT, 
	visibility TEXT, 
	deleted_at TEXT, 
	extra TEXT, 
	ver INTEGER NOT NULL, 
	task_id TEXT, 
	member_id TEXT, 
	units REAL, 
	work_minutes INTEGER, 
	actual_work_minutes INTEGER, 
	remaining_work_minutes INTEGER, 
	percent_work_complete INTEGER, 
	actual_start TEXT, 
	actual_finish TEXT, 
	stop TEXT, 
	resume TEXT, 
	delay_minutes INTEGER, 
	levelling_delay_minutes INTEGER, 
	notes TEXT, 
	source_uid INTEGER, 
	PRIMARY KEY (id)
);
CREATE INDEX ix_assignment_member_id ON assignment (member_id);
CREATE INDEX ix_assignment_task_id ON assignment (task_id);
CREATE TABLE attachment (
	id TEXT NOT NULL, 
	space TEXT, 
	visibility TEXT, 
	deleted_at TEXT, 
	extra TEXT, 
	ver INTEGER NOT NULL, 
	name TEXT, 
	size INTEGER, 
	media_type TEXT, 
	sha256 TEXT, 
	owner_kind TEXT, 
	owner_id TEXT, 
	PRIMARY KEY (id)
);
CREATE INDEX ix_attachment_owner_id ON attachment (owner_id);
CREATE INDEX ix_attachment_sha256 ON attachment (sha256);
CREATE TABLE baseline (
	id TEXT NOT NULL, 
	space TEXT, 
	visibility TEXT, 
	deleted_at TEXT, 
	extra TEXT, 
	ver INTEGER NOT NULL, 
	project_id TEXT, 
	number INTEGER, 
	name TEXT, 
	taken_at TEXT, 
	PRIMARY KEY (id)
);
CREATE INDEX ix_baseline_project_id ON baseline (project_id);
CREATE TABLE baseline_task (
	id TEXT NOT NULL, 
	space TEXT, 
	visibility TEXT, 
	deleted_at TEXT, 
	extra TEXT, 
	ver INTEGER NOT NULL, 
	baseline_id TEXT, 
	task_id TEXT, 
	name TEXT, 
	start TEXT, 
	finish TEXT, 
	duration_minutes INTEGER, 
	work_minutes INTEGER, 
	assignments TEXT, 
	PRIMARY KEY (id)
);
CREATE INDEX ix_baseline_task_baseline_id ON baseline_task (baseline_id);
CREATE INDEX ix_baseline_task_task_id ON baseline_task (task_id);
CREATE TABLE calendar (
	id TEXT NOT NULL, 
	space TEXT, 
	visibility TEXT, 
	deleted_at TEXT, 
	extra TEXT, 
	ver INTEGER NOT NULL, 
	name TEXT, 
	base_id TEXT, 
	project_id TEXT, 
	week TEXT, 
	exceptions TEXT, 
	work_weeks TEXT, 
	holidays TEXT, 
	source_uid INTEGER, 
	PRIMARY KEY (id)
);
CREATE INDEX ix_calendar_project_id ON calendar (project_id);
CREATE TABLE client (
	id TEXT NOT NULL, 
	space TEXT, 
	visibility TEXT, 
	deleted_at TEXT, 
	extra TEXT, 
	ver INTEGER NOT NULL, 
	name TEXT, 
	number TEXT, 
	industry TEXT, 
	city TEXT, 
	country TEXT, 
	phone TEXT, 
	website TEXT, 
	notes TEXT, 
	PRIMARY KEY (id)
);
CREATE TABLE "conflict" (
	id TEXT NOT NULL, 
	space TEXT, 
	visibility TEXT, 
	deleted_at TEXT, 
	extra TEXT, 
	ver INTEGER NOT NULL, 
	kind TEXT, 
	rec TEXT, 
	field TEXT, 
	winner TEXT, 
	winner_author TEXT, 
	winner_at TEXT, 
	winner_txn TEXT, 
	loser TEXT, 
	loser_author TEXT, 
	loser_at TEXT, 
	loser_txn TEXT, 
	base TEXT, 
	decided TEXT, 
	PRIMARY KEY (id)
);
CREATE INDEX ix_conflict_rec ON "conflict" (rec);
CREATE TABLE contact (
	id TEXT NOT NULL, 
	space TEXT, 
	visibility TEXT, 
	deleted_at TEXT, 
	extra TEXT, 
	ver INTEGER NOT NULL, 
	client_id TEXT, 
	site_id TEXT, 
	name TEXT, 
	role TEXT, 
	phone TEXT, 
	mobile TEXT, 
	email TEXT, 
	decides INTEGER, 
	can_sign INTEGER, 
	channel TEXT, 
	time_zone TEXT, 
	notes TEXT, 
	PRIMARY KEY (id)
);
CREATE INDEX ix_contact_client_id ON contact (client_id);
CREATE INDEX ix_contact_site_id ON contact (site_id);
CREATE TABLE dependency (
	id TEXT NOT NULL, 
	space TEXT, 
	visibility TEXT, 
	deleted_at TEXT, 
	extra TEXT, 
	ver INTEGER NOT NULL, 
	project_id TEXT, 
	predecessor_id TEXT, 
	successor_id TEXT, 
	type TEXT, 
	lag INTEGER, 
	lag_unit TEXT, 
	lag_shown TEXT, 
	PRIMARY KEY (id)
);
CREATE INDEX ix_dependency_predecessor_id ON dependency (predecessor_id);
CREATE INDEX ix_dependency_project_id ON dependency (project_id);
CREATE INDEX ix_dependency_successor_id ON dependency (successor_id);
CREATE TABLE interaction (
	id TEXT NOT NULL, 
	space TEXT, 
	visibility TEXT, 
	deleted_at TEXT, 
	extra TEXT, 
	ver INTEGER NOT NULL, 
	client_id TEXT, 
	contact_id TEXT, 
	project_id TEXT, 
	name TEXT, 
	channel TEXT, 
	at TEXT, 
	notes TEXT, 
	PRIMARY KEY (id)
);
CREATE INDEX ix_interaction_client_id ON interaction (client_id);
CREATE TABLE member (
	id TEXT NOT NULL, 
	space TEXT, 
	visibility TEXT, 
	deleted_at TEXT, 
	extra TEXT, 
	ver INTEGER NOT NULL, 
	name TEXT, 
	initials TEXT, 
	role TEXT, 
	email TEXT, 
	phone TEXT, 
	type TEXT, 
	max_units REAL, 
	calendar_id TEXT, 
	generic INTEGER, 
	inactive INTEGER, 
	notes TEXT, 
	source_uid INTEGER, 
	PRIMARY KEY (id)
);
CREATE TABLE project (
	id TEXT NOT NULL, 
	space TEXT, 
	visibility TEXT, 
	deleted_at TEXT, 
	extra TEXT, 
	ver INTEGER NOT NULL, 
	name TEXT, 
	number TEXT, 
	client_id TEXT, 
	site_id TEXT, 
	manager_id TEXT, 
	start TEXT, 
	finish TEXT, 
	schedule_from TEXT, 
	status_date TEXT, 
	reschedule_uncompleted INTEGER, 
	calendar_id TEXT, 
	client_calendar_id TEXT, 
	minutes_per_day INTEGER, 
	minutes_per_week INTEGER, 
	days_per_month INTEGER, 
	day_start INTEGER, 
	day_finish INTEGER, 
	honour_constraints INTEGER, 
	critical_limit_minutes INTEGER, 
	hold_reason TEXT, 
	hold_waiting_on TEXT, 
	hold_since TEXT, 
	cancelled_reason TEXT, 
	team TEXT, 
	notes TEXT, 
	source TEXT, 
	PRIMARY KEY (id)
);
CREATE INDEX ix_project_client_id ON project (client_id);
CREATE TABLE promise (
	id TEXT NOT NULL, 
	space TEXT, 
	visibility TEXT, 
	deleted_at TEXT, 
	extra TEXT, 
	ver INTEGER NOT NULL, 
	client_id TEXT, 
	contact_id TEXT, 
	project_id TEXT, 
	member_id TEXT, 
	name TEXT, 
	"by" TEXT, 
	due TEXT, 
	state TEXT, 
	settled_on TEXT, 
	instead_of TEXT, 
	notes TEXT, 
	PRIMARY KEY (id)
);
CREATE INDEX ix_promise_client_id ON promise (client_id);
CREATE TABLE settlement (
	id TEXT NOT NULL, 
	space TEXT, 
	visibility TEXT, 
	deleted_at TEXT, 
	extra TEXT, 
	ver INTEGER NOT NULL, 
	conflict_id TEXT, 
	choice TEXT, 
	value TEXT, 
	PRIMARY KEY (id)
);
CREATE INDEX ix_settlement_conflict_id ON settlement (conflict_id);
CREATE TABLE site (
	id TEXT NOT NULL, 
	space TEXT, 
	visibility TEXT, 
	deleted_at TEXT, 
	extra TEXT, 
	ver INTEGER NOT NULL, 
	client_id TEXT, 
	name TEXT, 
	address TEXT, 
	city TEXT, 
	country TEXT, 
	region TEXT, 
	time_zone TEXT, 
	phone TEXT, 
	network TEXT, 
	notes TEXT, 
	PRIMARY KEY (id)
);
CREATE INDEX ix_site_client_id ON site (client_id);
CREATE TABLE task (
	id TEXT NOT NULL, 
	space TEXT, 
	visibility TEXT, 
	deleted_at TEXT, 
	extra TEXT, 
	ver INTEGER NOT NULL, 
	project_id TEXT, 
	parent_id TEXT, 
	rank TEXT, 
	name TEXT, 
	milestone INTEGER, 
	mode TEXT, 
	type TEXT, 
	effort_driven INTEGER, 
	duration_minutes INTEGER, 
	elapsed INTEGER, 
	estimated INTEGER, 
	constraint_type TEXT, 
	constraint_date TEXT, 
	deadline TEXT, 
	repeats TEXT, 
	manual_start TEXT, 
	manual_finish TEXT, 
	actual_start TEXT, 
	actual_finish TEXT, 
	percent_complete INTEGER, 
	remaining_minutes INTEGER, 
	stop TEXT, 
	resume TEXT, 
	segments TEXT, 
	side TEXT, 
	calendar_id TEXT, 
	ignore_resource_calendar INTEGER, 
	levelling_delay_minutes INTEGER, 
	priority INTEGER, 
	inactive INTEGER, 
	blocked_reason TEXT, 
	waiting_on TEXT, 
	blocked_since TEXT, 
	not_applicable_reason TEXT, 
	wbs TEXT, 
	hyperlink TEXT, 
	notes TEXT, 
	source_uid INTEGER, 
	PRIMARY KEY (id)
);
CREATE INDEX task_deadline ON task (project_id, deadline) WHERE deadline IS NOT NULL;
CREATE INDEX task_state ON task (project_id, deleted_at, actual_finish, milestone, blocked_reason);
CREATE INDEX task_tree ON task (project_id, parent_id, rank, id, deleted_at);
CREATE TABLE visit (
	id TEXT NOT NULL, 
	space TEXT, 
	visibility TEXT, 
	deleted_at TEXT, 
	extra TEXT, 
	ver INTEGER NOT NULL, 
	client_id TEXT, 
	site_id TEXT, 
	project_id TEXT, 
	member_id TEXT, 
	name TEXT, 
	start TEXT, 
	finish TEXT, 
	state TEXT, 
	result TEXT, 
	notes TEXT, 
	PRIMARY KEY (id)
);
CREATE INDEX ix_visit_client_id ON visit (client_id);
CREATE TABLE txn(
    n INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, origin TEXT NOT NULL, kind TEXT NOT NULL,
    ref TEXT, label TEXT NOT NULL, author TEXT, at INTEGER NOT NULL, state INTEGER NOT NULL, ver INTEGER, note TEXT
);
CREATE UNIQUE INDEX txn_open ON txn(state) WHERE state=0;
CREATE INDEX txn_unseen ON txn(state) WHERE state IN (1,2,3);
CREATE INDEX txn_ref ON txn(ref) WHERE ref IS NOT NULL;
CREATE INDEX txn_rejected ON txn(state) WHERE state=5;
CREATE TABLE change(
    n INTEGER PRIMARY KEY AUTOINCREMENT, txn INTEGER NOT NULL, tbl TEXT NOT NULL, rec TEXT NOT NULL,
    field TEXT NOT NULL, old, new, base INTEGER, effect INTEGER NOT NULL DEFAULT 1, seen TEXT
);
CREATE UNIQUE INDEX change_rec ON change(rec, field, txn);
CREATE INDEX change_txn ON change(txn);
CREATE TABLE shadow(
    rec TEXT NOT NULL, field TEXT NOT NULL, tbl TEXT NOT NULL, base INTEGER NOT NULL, val,
    PRIMARY KEY(rec, field)
) WITHOUT ROWID;
CREATE TABLE meta(key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE unknown(
    id TEXT PRIMARY KEY, kind TEXT NOT NULL, ver INTEGER NOT NULL, data TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE blob(sha TEXT PRIMARY KEY, size INTEGER NOT NULL, sent INTEGER NOT NULL);
CREATE INDEX blob_unsent ON blob(sha) WHERE sent=0;
CREATE TABLE space(
    id TEXT PRIMARY KEY, role TEXT NOT NULL, members TEXT NOT NULL, fresh INTEGER NOT NULL,
    joined INTEGER NOT NULL DEFAULT -1, after TEXT NOT NULL DEFAULT '', upto INTEGER NOT NULL DEFAULT -1
) WITHOUT ROWID;
CREATE TABLE staged(
    space TEXT NOT NULL, after TEXT NOT NULL, body BLOB NOT NULL, PRIMARY KEY(space, after)
) WITHOUT ROWID;
CREATE TABLE keep(rec TEXT PRIMARY KEY, kind TEXT NOT NULL, body TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE schedule(
    task TEXT PRIMARY KEY, project TEXT NOT NULL, start TEXT, finish TEXT, early_start TEXT,
    early_finish TEXT, late_start TEXT, late_finish TEXT, total_slack INTEGER, free_slack INTEGER, critical INTEGER,
    duration INTEGER, open INTEGER
) WITHOUT ROWID;
CREATE INDEX schedule_finish ON schedule(project, finish, open);
CREATE TABLE stale(project TEXT PRIMARY KEY, n INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE problem(
    project TEXT NOT NULL, task TEXT NOT NULL, kind TEXT NOT NULL, message TEXT NOT NULL,
    PRIMARY KEY(project, task, kind, message)
) WITHOUT ROWID;
CREATE INDEX problem_task ON problem(task);
CREATE VIRTUAL TABLE search USING fts5(kind UNINDEXED, rec UNINDEXED, name, body, tokenize='unicode61', prefix='1 2 3');
CREATE TABLE search_row(rec TEXT PRIMARY KEY, row INTEGER NOT NULL) WITHOUT ROWID;
