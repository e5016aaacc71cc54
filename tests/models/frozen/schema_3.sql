PRAGMA user_version=3;
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
    ref TEXT, label TEXT NOT NULL, author TEXT, at INTEGER NOT NULL, state INTEGER NOT NULL, ver INTEGER, note TEXT,
    since INTEGER
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
    joined INTEGER NOT NULL DEFAULT -1, after TEXT NOT NULL DEFAULT '', upto INTEGER NOT NULL DEFAULT -1,
    sum INTEGER, counted INTEGER NOT NULL DEFAULT 0, mended INTEGER NOT NULL DEFAULT 0,
    differs INTEGER NOT NULL DEFAULT 0
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
INSERT INTO change VALUES(1,1,'client','01a2277a-d13f-7359-a86b-d56d53ea60c3','',NULL,'{"space":"workspace","visibility":"internal","name":"Harlan Fab","city":"Ostrava"}',0,1,NULL);
INSERT INTO change VALUES(2,2,'project','01a2277a-d15a-7601-be90-6a311292640f','',NULL,'{"space":"workspace","visibility":"internal","name":"Line 2 retrofit","client_id":"01a2277a-d13f-7359-a86b-d56d53ea60c3","start":"2026-11-29T08:00","schedule_from":"start","minutes_per_day":480,"minutes_per_week":2400,"days_per_month":20,"day_start":480,"day_finish":1020,"honour_constraints":1,"critical_limit_minutes":0}',0,1,NULL);
INSERT INTO change VALUES(3,3,'task','01a2277a-d167-74fb-b4b2-08ee3cf94c9d','',NULL,'{"space":"workspace","visibility":"internal","project_id":"01a2277a-d15a-7601-be90-6a311292640f","rank":"a0","name":"Lay cables","milestone":0,"mode":"auto","type":"fixed units","duration_minutes":480,"constraint_type":"ASAP","percent_complete":0,"priority":500}',0,1,NULL);
INSERT INTO change VALUES(4,3,'task','01a2277a-d168-7297-8720-8a78f0f555f3','',NULL,'{"space":"workspace","visibility":"internal","project_id":"01a2277a-d15a-7601-be90-6a311292640f","rank":"a1","name":"Wire cabinets","milestone":0,"mode":"auto","type":"fixed units","duration_minutes":480,"constraint_type":"ASAP","percent_complete":0,"priority":500}',0,1,NULL);
INSERT INTO change VALUES(5,4,'dependency','01a2277a-d16e-745f-bedd-875c5ca2f36f','',NULL,'{"space":"workspace","visibility":"internal","project_id":"01a2277a-d15a-7601-be90-6a311292640f","predecessor_id":"01a2277a-d167-74fb-b4b2-08ee3cf94c9d","successor_id":"01a2277a-d168-7297-8720-8a78f0f555f3","type":"FS","lag":0,"lag_unit":"working"}',0,1,NULL);
INSERT INTO change VALUES(6,5,'task','01a2277a-d168-7297-8720-8a78f0f555f3','notes',NULL,'ask Ines for the drawings',0,1,'');
INSERT INTO change VALUES(7,6,'task','01a2277a-d168-7297-8720-8a78f0f555f3','notes','ask Ines for the drawings',NULL,NULL,1,NULL);
INSERT INTO client VALUES('01a2277a-d13f-7359-a86b-d56d53ea60c3','workspace','internal',NULL,NULL,0,'Harlan Fab',NULL,NULL,'Ostrava',NULL,NULL,NULL,NULL);
INSERT INTO dependency VALUES('01a2277a-d16e-745f-bedd-875c5ca2f36f','workspace','internal',NULL,NULL,0,'01a2277a-d15a-7601-be90-6a311292640f','01a2277a-d167-74fb-b4b2-08ee3cf94c9d','01a2277a-d168-7297-8720-8a78f0f555f3','FS',0,'working',NULL);
INSERT INTO meta VALUES('replica','01a2277a-d128-72ef-bef7-b53db904d789');
INSERT INTO project VALUES('01a2277a-d15a-7601-be90-6a311292640f','workspace','internal',NULL,NULL,0,'Line 2 retrofit',NULL,'01a2277a-d13f-7359-a86b-d56d53ea60c3',NULL,NULL,'2026-11-29T08:00',NULL,'start',NULL,NULL,NULL,NULL,480,2400,20,480,1020,1,0,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO task VALUES('01a2277a-d167-74fb-b4b2-08ee3cf94c9d','workspace','internal',NULL,NULL,0,'01a2277a-d15a-7601-be90-6a311292640f',NULL,'a0','Lay cables',0,'auto','fixed units',NULL,480,NULL,NULL,'ASAP',NULL,NULL,NULL,NULL,NULL,NULL,NULL,0,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,500,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO task VALUES('01a2277a-d168-7297-8720-8a78f0f555f3','workspace','internal',NULL,NULL,0,'01a2277a-d15a-7601-be90-6a311292640f',NULL,'a1','Wire cabinets',0,'auto','fixed units',NULL,480,NULL,NULL,'ASAP',NULL,NULL,NULL,NULL,NULL,NULL,NULL,0,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,500,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO txn VALUES(1,'01a2277a-d13f-7359-a86b-d56c05cd8939','L','do',NULL,'New client',NULL,1795958690111,1,NULL,NULL,0);
INSERT INTO txn VALUES(2,'01a2277a-d15a-7601-be90-6a30a2cbd736','L','do',NULL,'New project',NULL,1795958690138,1,NULL,NULL,0);
INSERT INTO txn VALUES(3,'01a2277a-d163-767f-9f8e-3b567b09db81','L','do',NULL,'Tasks',NULL,1795958690147,1,NULL,NULL,0);
INSERT INTO txn VALUES(4,'01a2277a-d16d-73ac-afaa-4162218418ed','L','do',NULL,'Link',NULL,1795958690157,1,NULL,NULL,0);
INSERT INTO txn VALUES(5,'01a2277a-d175-70ea-9c4a-10fd5710a96d','L','do',NULL,'Ask',NULL,1795958690165,6,NULL,NULL,0);
INSERT INTO txn VALUES(6,'01a2277a-d179-76af-87c5-7bf7cb316c7b','L','undo','01a2277a-d175-70ea-9c4a-10fd5710a96d','Ask',NULL,1795958690169,6,NULL,NULL,0);
CREATE TRIGGER member_created AFTER INSERT ON member WHEN coalesce((SELECT origin FROM txn WHERE state=0), 'L')='L' BEGIN
            SELECT RAISE(ABORT, 'milepost: a write outside a transaction') WHERE (SELECT origin FROM txn WHERE state=0) IS NULL;
            INSERT INTO change(txn, tbl, rec, field, new, base)
            VALUES((SELECT n FROM txn WHERE state=0), 'member', NEW.id, '', json_patch('{}', json_object('space', NEW.space, 'visibility', NEW.visibility, 'deleted_at', NEW.deleted_at, 'name', NEW.name, 'initials', NEW.initials, 'role', NEW.role, 'email', NEW.email, 'phone', NEW.phone, 'type', NEW.type, 'max_units', NEW.max_units, 'calendar_id', NEW.calendar_id, 'generic', NEW.generic, 'inactive', NEW.inactive, 'notes', NEW.notes, 'source_uid', NEW.source_uid)), 0);
        END;
CREATE TRIGGER member_edited AFTER UPDATE OF space, visibility, deleted_at, name, initials, role, email, phone, type, max_units, calendar_id, generic, inactive, notes, source_uid ON member WHEN coalesce((SELECT origin FROM txn WHERE state=0), 'L')='L' BEGIN
            SELECT RAISE(ABORT, 'milepost: a write outside a transaction') WHERE (SELECT origin FROM txn WHERE state=0) IS NULL;
            INSERT INTO shadow(rec, field, tbl, base, val)
            SELECT NEW.id, f.field, 'member', OLD.ver, f.old FROM (SELECT 'space' AS field, OLD.space AS old, NEW.space AS new, (OLD.space IS NOT NEW.space) AS written, NULL AS seen UNION ALL VALUES ('visibility', OLD.visibility, NEW.visibility, (OLD.visibility IS NOT NEW.visibility), NULL), ('deleted_at', OLD.deleted_at, NEW.deleted_at, (OLD.deleted_at IS NOT NEW.deleted_at), NULL), ('name', OLD.name, NEW.name, (OLD.name IS NOT NEW.name), NULL), ('initials', OLD.initials, NEW.initials, (OLD.initials IS NOT NEW.initials), NULL), ('role', OLD.role, NEW.role, (OLD.role IS NOT NEW.role), NULL), ('email', OLD.email, NEW.email, (OLD.email IS NOT NEW.email), NULL), ('phone', OLD.phone, NEW.phone, (OLD.phone IS NOT NEW.phone), NULL), ('type', OLD.type, NEW.type, (OLD.type IS NOT NEW.type), NULL), ('max_units', OLD.max_units, NEW.max_units, (OLD.max_units IS NOT NEW.max_units), NULL), ('calendar_id', OLD.calendar_id, NEW.calendar_id, (OLD.calendar_id IS NOT NEW.calendar_id), NULL), ('generic', OLD.generic, NEW.generic, (OLD.generic IS NOT NEW.generic), NULL), ('inactive', OLD.inactive, NEW.inactive, (OLD.inactive IS NOT NEW.inactive), NULL), ('notes', OLD.notes, NEW.notes, (OLD.notes IS NOT NEW.notes), coalesce(OLD.notes, '')), ('source_uid', OLD.source_uid, NEW.source_uid, (OLD.source_uid IS NOT NEW.source_uid), NULL)) f WHERE f.written
            AND OLD.ver > 0 ON CONFLICT DO NOTHING;
            INSERT INTO change(txn, tbl, rec, field, old, new, base, seen)
            SELECT (SELECT n FROM txn WHERE state=0), 'member', NEW.id, f.field, f.old, f.new,
                coalesce((SELECT base FROM shadow s WHERE s.rec=NEW.id AND s.field=f.field), 0), f.seen
            FROM (SELECT 'space' AS field, OLD.space AS old, NEW.space AS new, (OLD.space IS NOT NEW.space) AS written, NULL AS seen UNION ALL VALUES ('visibility', OLD.visibility, NEW.visibility, (OLD.visibility IS NOT NEW.visibility), NULL), ('deleted_at', OLD.deleted_at, NEW.deleted_at, (OLD.deleted_at IS NOT NEW.deleted_at), NULL), ('name', OLD.name, NEW.name, (OLD.name IS NOT NEW.name), NULL), ('initials', OLD.initials, NEW.initials, (OLD.initials IS NOT NEW.initials), NULL), ('role', OLD.role, NEW.role, (OLD.role IS NOT NEW.role), NULL), ('email', OLD.email, NEW.email, (OLD.email IS NOT NEW.email), NULL), ('phone', OLD.phone, NEW.phone, (OLD.phone IS NOT NEW.phone), NULL), ('type', OLD.type, NEW.type, (OLD.type IS NOT NEW.type), NULL), ('max_units', OLD.max_units, NEW.max_units, (OLD.max_units IS NOT NEW.max_units), NULL), ('calendar_id', OLD.calendar_id, NEW.calendar_id, (OLD.calendar_id IS NOT NEW.calendar_id), NULL), ('generic', OLD.generic, NEW.generic, (OLD.generic IS NOT NEW.generic), NULL), ('inactive', OLD.inactive, NEW.inactive, (OLD.inactive IS NOT NEW.inactive), NULL), ('notes', OLD.notes, NEW.notes, (OLD.notes IS NOT NEW.notes), coalesce(OLD.notes, '')), ('source_uid', OLD.source_uid, NEW.source_uid, (OLD.source_uid IS NOT NEW.source_uid), NULL)) f WHERE f.written
            ON CONFLICT(rec, field, txn) DO UPDATE SET new=excluded.new;
        END;
CREATE TRIGGER member_removed BEFORE DELETE ON member WHEN coalesce((SELECT origin FROM txn WHERE state=0), 'L')='L' BEGIN
            SELECT RAISE(ABORT, 'milepost: a write outside a transaction') WHERE (SELECT origin FROM txn WHERE state=0) IS NULL;
            SELECT RAISE(ABORT, 'milepost: records are never removed; set deleted_at');
        END;
CREATE TRIGGER member_identity BEFORE UPDATE OF id, space ON member BEGIN
            SELECT RAISE(ABORT, 'milepost: a record keeps its id and its space')
            WHERE OLD.id IS NOT NEW.id OR OLD.space IS NOT NEW.space AND (SELECT origin FROM txn WHERE state=0)='L';
        END;
CREATE TRIGGER assignment_created AFTER INSERT ON assignment WHEN coalesce((SELECT origin FROM txn WHERE state=0), 'L')='L' BEGIN
            SELECT RAISE(ABORT, 'milepost: a write outside a transaction') WHERE (SELECT origin FROM txn WHERE state=0) IS NULL;
            INSERT INTO change(txn, tbl, rec, field, new, base)
            VALUES((SELECT n FROM txn WHERE state=0), 'assignment', NEW.id, '', json_patch('{}', json_object('space', NEW.space, 'visibility', NEW.visibility, 'deleted_at', NEW.deleted_at, 'task_id', NEW.task_id, 'member_id', NEW.member_id, 'units', NEW.units, 'work_minutes', NEW.work_minutes, 'actual_work_minutes', NEW.actual_work_minutes, 'remaining_work_minutes', NEW.remaining_work_minutes, 'percent_work_complete', NEW.percent_work_complete, 'actual_start', NEW.actual_start, 'actual_finish', NEW.actual_finish, 'stop', NEW.stop, 'resume', NEW.resume, 'delay_minutes', NEW.delay_minutes, 'levelling_delay_minutes', NEW.levelling_delay_minutes, 'notes', NEW.notes, 'source_uid', NEW.source_uid)), 0);
        END;
CREATE TRIGGER assignment_edited AFTER UPDATE OF space, visibility, deleted_at, task_id, member_id, units, work_minutes, actual_work_minutes, remaining_work_minutes, percent_work_complete, actual_start, actual_finish, stop, resume, delay_minutes, levelling_delay_minutes, notes, source_uid ON assignment WHEN coalesce((SELECT origin FROM txn WHERE state=0), 'L')='L' BEGIN
            SELECT RAISE(ABORT, 'milepost: a write outside a transaction') WHERE (SELECT origin FROM txn WHERE state=0) IS NULL;
            INSERT INTO shadow(rec, field, tbl, base, val)
            SELECT NEW.id, f.field, 'assignment', OLD.ver, f.old FROM (SELECT 'space' AS field, OLD.space AS old, NEW.space AS new, (OLD.space IS NOT NEW.space) AS written, NULL AS seen UNION ALL VALUES ('visibility', OLD.visibility, NEW.visibility, (OLD.visibility IS NOT NEW.visibility), NULL), ('deleted_at', OLD.deleted_at, NEW.deleted_at, (OLD.deleted_at IS NOT NEW.deleted_at), NULL), ('task_id', OLD.task_id, NEW.task_id, (OLD.task_id IS NOT NEW.task_id), NULL), ('member_id', OLD.member_id, NEW.member_id, (OLD.member_id IS NOT NEW.member_id), NULL), ('units', OLD.units, NEW.units, (OLD.units IS NOT NEW.units), NULL), ('work_minutes', OLD.work_minutes, NEW.work_minutes, (OLD.work_minutes IS NOT NEW.work_minutes), NULL), ('actual_work_minutes', OLD.actual_work_minutes, NEW.actual_work_minutes, (OLD.actual_work_minutes IS NOT NEW.actual_work_minutes), NULL), ('remaining_work_minutes', OLD.remaining_work_minutes, NEW.remaining_work_minutes, (OLD.remaining_work_minutes IS NOT NEW.remaining_work_minutes), NULL), ('percent_work_complete', OLD.percent_work_complete, NEW.percent_work_complete, (OLD.percent_work_complete IS NOT NEW.percent_work_complete), NULL), ('actual_start', OLD.actual_start, NEW.actual_start, (OLD.actual_start IS NOT NEW.actual_start OR OLD.actual_finish IS NOT NEW.actual_finish OR OLD.stop IS NOT NEW.stop OR OLD.resume IS NOT NEW.resume), NULL), ('actual_finish', OLD.actual_finish, NEW.actual_finish, (OLD.actual_start IS NOT NEW.actual_start OR OLD.actual_finish IS NOT NEW.actual_finish OR OLD.stop IS NOT NEW.stop OR OLD.resume IS NOT NEW.resume), NULL), ('stop', OLD.stop, NEW.stop, (OLD.actual_start IS NOT NEW.actual_start OR OLD.actual_finish IS NOT NEW.actual_finish OR OLD.stop IS NOT NEW.stop OR OLD.resume IS NOT NEW.resume), NULL), ('resume', OLD.resume, NEW.resume, (OLD.actual_start IS NOT NEW.actual_start OR OLD.actual_finish IS NOT NEW.actual_finish OR OLD.stop IS NOT NEW.stop OR OLD.resume IS NOT NEW.resume), NULL), ('delay_minutes', OLD.delay_minutes, NEW.delay_minutes, (OLD.delay_minutes IS NOT NEW.delay_minutes), NULL), ('levelling_delay_minutes', OLD.levelling_delay_minutes, NEW.levelling_delay_minutes, (OLD.levelling_delay_minutes IS NOT NEW.levelling_delay_minutes), NULL), ('notes', OLD.notes, NEW.notes, (OLD.notes IS NOT NEW.notes), coalesce(OLD.notes, '')), ('source_uid', OLD.source_uid, NEW.source_uid, (OLD.source_uid IS NOT NEW.source_uid), NULL)) f WHERE f.written
            AND OLD.ver > 0 ON CONFLICT DO NOTHING;
            INSERT INTO change(txn, tbl, rec, field, old, new, base, seen)
            SELECT (SELECT n FROM txn WHERE state=0), 'assignment', NEW.id, f.field, f.old, f.new,
                coalesce((SELECT base FROM shadow s WHERE s.rec=NEW.id AND s.field=f.field), 0), f.seen
            FROM (SELECT 'space' AS field, OLD.space AS old, NEW.space AS new, (OLD.space IS NOT NEW.space) AS written, NULL AS seen UNION ALL VALUES ('visibility', OLD.visibility, NEW.visibility, (OLD.visibility IS NOT NEW.visibility), NULL), ('deleted_at', OLD.deleted_at, NEW.deleted_at, (OLD.deleted_at IS NOT NEW.deleted_at), NULL), ('task_id', OLD.task_id, NEW.task_id, (OLD.task_id IS NOT NEW.task_id), NULL), ('member_id', OLD.member_id, NEW.member_id, (OLD.member_id IS NOT NEW.member_id), NULL), ('units', OLD.units, NEW.units, (OLD.units IS NOT NEW.units), NULL), ('work_minutes', OLD.work_minutes, NEW.work_minutes, (OLD.work_minutes IS NOT NEW.work_minutes), NULL), ('actual_work_minutes', OLD.actual_work_minutes, NEW.actual_work_minutes, (OLD.actual_work_minutes IS NOT NEW.actual_work_minutes), NULL), ('remaining_work_minutes', OLD.remaining_work_minutes, NEW.remaining_work_minutes, (OLD.remaining_work_minutes IS NOT NEW.remaining_work_minutes), NULL), ('percent_work_complete', OLD.percent_work_complete, NEW.percent_work_complete, (OLD.percent_work_complete IS NOT NEW.percent_work_complete), NULL), ('actual_start', OLD.actual_start, NEW.actual_start, (OLD.actual_start IS NOT NEW.actual_start OR OLD.actual_finish IS NOT NEW.actual_finish OR OLD.stop IS NOT NEW.stop OR OLD.resume IS NOT NEW.resume), NULL), ('actual_finish', OLD.actual_finish, NEW.actual_finish, (OLD.actual_start IS NOT NEW.actual_start OR OLD.actual_finish IS NOT NEW.actual_finish OR OLD.stop IS NOT NEW.stop OR OLD.resume IS NOT NEW.resume), NULL), ('stop', OLD.stop, NEW.stop, (OLD.actual_start IS NOT NEW.actual_start OR OLD.actual_finish IS NOT NEW.actual_finish OR OLD.stop IS NOT NEW.stop OR OLD.resume IS NOT NEW.resume), NULL), ('resume', OLD.resume, NEW.resume, (OLD.actual_start IS NOT NEW.actual_start OR OLD.actual_finish IS NOT NEW.actual_finish OR OLD.stop IS NOT NEW.stop OR OLD.resume IS NOT NEW.resume), NULL), ('delay_minutes', OLD.delay_minutes, NEW.delay_minutes, (OLD.delay_minutes IS NOT NEW.delay_minutes), NULL), ('levelling_delay_minutes', OLD.levelling_delay_minutes, NEW.levelling_delay_minutes, (OLD.levelling_delay_minutes IS NOT NEW.levelling_delay_minutes), NULL), ('notes', OLD.notes, NEW.notes, (OLD.notes IS NOT NEW.notes), coalesce(OLD.notes, '')), ('source_uid', OLD.source_uid, NEW.source_uid, (OLD.source_uid IS NOT NEW.source_uid), NULL)) f WHERE f.written
            ON CONFLICT(rec, field, txn) DO UPDATE SET new=excluded.new;
        END;
CREATE TRIGGER assignment_removed BEFORE DELETE ON assignment WHEN coalesce((SELECT origin FROM txn WHERE state=0), 'L')='L' BEGIN
            SELECT RAISE(ABORT, 'milepost: a write outside a transaction') WHERE (SELECT origin FROM txn WHERE state=0) IS NULL;
            SELECT RAISE(ABORT, 'milepost: records are never removed; set deleted_at');
        END;
CREATE TRIGGER assignment_identity BEFORE UPDATE OF id, space ON assignment BEGIN
            SELECT RAISE(ABORT, 'milepost: a record keeps its id and its space')
            WHERE OLD.id IS NOT NEW.id OR OLD.space IS NOT NEW.space AND (SELECT origin FROM txn WHERE state=0)='L';
        END;
CREATE TRIGGER task_created AFTER INSERT ON task WHEN coalesce((SELECT origin FROM txn WHERE state=0), 'L')='L' BEGIN
            SELECT RAISE(ABORT, 'milepost: a write outside a transaction') WHERE (SELECT origin FROM txn WHERE state=0) IS NULL;
            INSERT INTO change(txn, tbl, rec, field, new, base)
            VALUES((SELECT n FROM txn WHERE state=0), 'task', NEW.id, '', json_patch('{}', json_object('space', NEW.space, 'visibility', NEW.visibility, 'deleted_at', NEW.deleted_at, 'project_id', NEW.project_id, 'parent_id', NEW.parent_id, 'rank', NEW.rank, 'name', NEW.name, 'milestone', NEW.milestone, 'mode', NEW.mode, 'type', NEW.type, 'effort_driven', NEW.effort_driven, 'duration_minutes', NEW.duration_minutes, 'elapsed', NEW.elapsed, 'estimated', NEW.estimated, 'constraint_type', NEW.constraint_type, 'constraint_date', NEW.constraint_date, 'deadline', NEW.deadline, 'repeats', NEW.repeats, 'manual_start', NEW.manual_start, 'manual_finish', NEW.manual_finish, 'actual_start', NEW.actual_start, 'actual_finish', NEW.actual_finish, 'percent_complete', NEW.percent_complete, 'remaining_minutes', NEW.remaining_minutes, 'stop', NEW.stop, 'resume', NEW.resume, 'segments', NEW.segments, 'side', NEW.side, 'calendar_id', NEW.calendar_id, 'ignore_resource_calendar', NEW.ignore_resource_calendar, 'levelling_delay_minutes', NEW.levelling_delay_minutes, 'priority', NEW.priority, 'inactive', NEW.inactive, 'blocked_reason', NEW.blocked_reason, 'waiting_on', NEW.waiting_on, 'blocked_since', NEW.blocked_since, 'not_applicable_reason', NEW.not_applicable_reason, 'wbs', NEW.wbs, 'hyperlink', NEW.hyperlink, 'notes', NEW.notes, 'source_uid', NEW.source_uid)), 0);
        END;
CREATE TRIGGER task_edited AFTER UPDATE OF space, visibility, deleted_at, project_id, parent_id, rank, name, milestone, mode, type, effort_driven, duration_minutes, elapsed, estimated, constraint_type, constraint_date, deadline, repeats, manual_start, manual_finish, actual_start, actual_finish, percent_complete, remaining_minutes, stop, resume, segments, side, calendar_id, ignore_resource_calendar, levelling_delay_minutes, priority, inactive, blocked_reason, waiting_on, blocked_since, not_applicable_reason, wbs, hyperlink, notes, source_uid ON task WHEN coalesce((SELECT origin FROM txn WHERE state=0), 'L')='L' BEGIN
            SELECT RAISE(ABORT, 'milepost: a write outside a transaction') WHERE (SELECT origin FROM txn WHERE state=0) IS NULL;
            INSERT INTO shadow(rec, field, tbl, base, val)
            SELECT NEW.id, f.field, 'task', OLD.ver, f.old FROM (SELECT 'space' AS field, OLD.space AS old, NEW.space AS new, (OLD.space IS NOT NEW.space) AS written, NULL AS seen UNION ALL VALUES ('visibility', OLD.visibility, NEW.visibility, (OLD.visibility IS NOT NEW.visibility), NULL), ('deleted_at', OLD.deleted_at, NEW.deleted_at, (OLD.deleted_at IS NOT NEW.deleted_at), NULL), ('project_id', OLD.project_id, NEW.project_id, (OLD.project_id IS NOT NEW.project_id), NULL), ('parent_id', OLD.parent_id, NEW.parent_id, (OLD.parent_id IS NOT NEW.parent_id OR OLD.rank IS NOT NEW.rank), NULL), ('rank', OLD.rank, NEW.rank, (OLD.parent_id IS NOT NEW.parent_id OR OLD.rank IS NOT NEW.rank), NULL), ('name', OLD.name, NEW.name, (OLD.name IS NOT NEW.name), NULL), ('milestone', OLD.milestone, NEW.milestone, (OLD.milestone IS NOT NEW.milestone), NULL), ('mode', OLD.mode, NEW.mode, (OLD.mode IS NOT NEW.mode), NULL), ('type', OLD.type, NEW.type, (OLD.type IS NOT NEW.type), NULL), ('effort_driven', OLD.effort_driven, NEW.effort_driven, (OLD.effort_driven IS NOT NEW.effort_driven), NULL), ('duration_minutes', OLD.duration_minutes, NEW.duration_minutes, (OLD.duration_minutes IS NOT NEW.duration_minutes), NULL), ('elapsed', OLD.elapsed, NEW.elapsed, (OLD.elapsed IS NOT NEW.elapsed), NULL), ('estimated', OLD.estimated, NEW.estimated, (OLD.estimated IS NOT NEW.estimated), NULL), ('constraint_type', OLD.constraint_type, NEW.constraint_type, (OLD.constraint_type IS NOT NEW.constraint_type OR OLD.constraint_date IS NOT NEW.constraint_date), NULL), ('constraint_date', OLD.constraint_date, NEW.constraint_date, (OLD.constraint_type IS NOT NEW.constraint_type OR OLD.constraint_date IS NOT NEW.constraint_date), NULL), ('deadline', OLD.deadline, NEW.deadline, (OLD.deadline IS NOT NEW.deadline), NULL), ('repeats', OLD.repeats, NEW.repeats, (OLD.repeats IS NOT NEW.repeats), NULL), ('manual_start', OLD.manual_start, NEW.manual_start, (OLD.manual_start IS NOT NEW.manual_start OR OLD.manual_finish IS NOT NEW.manual_finish), NULL), ('manual_finish', OLD.manual_finish, NEW.manual_finish, (OLD.manual_start IS NOT NEW.manual_start OR OLD.manual_finish IS NOT NEW.manual_finish), NULL), ('actual_start', OLD.actual_start, NEW.actual_start, (OLD.actual_start IS NOT NEW.actual_start OR OLD.actual_finish IS NOT NEW.actual_finish OR OLD.percent_complete IS NOT NEW.percent_complete OR OLD.remaining_minutes IS NOT NEW.remaining_minutes OR OLD.stop IS NOT NEW.stop OR OLD.resume IS NOT NEW.resume OR OLD.segments IS NOT NEW.segments OR OLD.blocked_reason IS NOT NEW.blocked_reason OR OLD.waiting_on IS NOT NEW.waiting_on OR OLD.blocked_since IS NOT NEW.blocked_since OR OLD.not_applicable_reason IS NOT NEW.not_applicable_reason), NULL), ('actual_finish', OLD.actual_finish, NEW.actual_finish, (OLD.actual_start IS NOT NEW.actual_start OR OLD.actual_finish IS NOT NEW.actual_finish OR OLD.percent_complete IS NOT NEW.percent_complete OR OLD.remaining_minutes IS NOT NEW.remaining_minutes OR OLD.stop IS NOT NEW.stop OR OLD.resume IS NOT NEW.resume OR OLD.segments IS NOT NEW.segments OR OLD.blocked_reason IS NOT NEW.blocked_reason OR OLD.waiting_on IS NOT NEW.waiting_on OR OLD.blocked_since IS NOT NEW.blocked_since OR OLD.not_applicable_reason IS NOT NEW.not_applicable_reason), NULL), ('percent_complete', OLD.percent_complete, NEW.percent_complete, (OLD.actual_start IS NOT NEW.actual_start OR OLD.actual_finish IS NOT NEW.actual_finish OR OLD.percent_complete IS NOT NEW.percent_complete OR OLD.remaining_minutes IS NOT NEW.remaining_minutes OR OLD.stop IS NOT NEW.stop OR OLD.resume IS NOT NEW.resume OR OLD.segments IS NOT NEW.segments OR OLD.blocked_reason IS NOT NEW.blocked_reason OR OLD.waiting_on IS NOT NEW.waiting_on OR OLD.blocked_since IS NOT NEW.blocked_since OR OLD.not_applicable_reason IS NOT NEW.not_applicable_reason), NULL), ('remaining_minutes', OLD.remaining_minutes, NEW.remaining_minutes, (OLD.actual_start IS NOT NEW.actual_start OR OLD.actual_finish IS NOT NEW.actual_finish OR OLD.percent_complete IS NOT NEW.percent_complete OR OLD.remaining_minutes IS NOT NEW.remaining_minutes OR OLD.stop IS NOT NEW.stop OR OLD.resume IS NOT NEW.resume OR OLD.segments IS NOT NEW.segments OR OLD.blocked_reason IS NOT NEW.blocked_reason OR OLD.waiting_on IS NOT NEW.waiting_on OR OLD.blocked_since IS NOT NEW.blocked_since OR OLD.not_applicable_reason IS NOT NEW.not_applicable_reason), NULL), ('stop', OLD.stop, NEW.stop, (OLD.actual_start IS NOT NEW.actual_start OR OLD.actual_finish IS NOT NEW.actual_finish OR OLD.percent_complete IS NOT NEW.percent_complete OR OLD.remaining_minutes IS NOT NEW.remaining_minutes OR OLD.stop IS NOT NEW.stop OR OLD.resume IS NOT NEW.resume OR OLD.segments IS NOT NEW.segments OR OLD.blocked_reason IS NOT NEW.blocked_reason OR OLD.waiting_on IS NOT NEW.waiting_on OR OLD.blocked_since IS NOT NEW.blocked_since OR OLD.not_applicable_reason IS NOT NEW.not_applicable_reason), NULL), ('resume', OLD.resume, NEW.resume, (OLD.actual_start IS NOT NEW.actual_start OR OLD.actual_finish IS NOT NEW.actual_finish OR OLD.percent_complete IS NOT NEW.percent_complete OR OLD.remaining_minutes IS NOT NEW.remaining_minutes OR OLD.stop IS NOT NEW.stop OR OLD.resume IS NOT NEW.resume OR OLD.segments IS NOT NEW.segments OR OLD.blocked_reason IS NOT NEW.blocked_reason OR OLD.waiting_on IS NOT NEW.waiting_on OR OLD.blocked_since IS NOT NEW.blocked_since OR OLD.not_applicable_reason IS NOT NEW.not_applicable_reason), NULL), ('segments', OLD.segments, NEW.segments, (OLD.actual_start IS NOT NEW.actual_start OR OLD.actual_finish IS NOT NEW.actual_finish OR OLD.percent_complete IS NOT NEW.percent_complete OR OLD.remaining_minutes IS NOT NEW.remaining_minutes OR OLD.stop IS NOT NEW.stop OR OLD.resume IS NOT NEW.resume OR OLD.segments IS NOT NEW.segments OR OLD.blocked_reason IS NOT NEW.blocked_reason OR OLD.waiting_on IS NOT NEW.waiting_on OR OLD.blocked_since IS NOT NEW.blocked_since OR OLD.not_applicable_reason IS NOT NEW.not_applicable_reason), NULL), ('side', OLD.side, NEW.side, (OLD.side IS NOT NEW.side), NULL), ('calendar_id', OLD.calendar_id, NEW.calendar_id, (OLD.calendar_id IS NOT NEW.calendar_id), NULL), ('ignore_resource_calendar', OLD.ignore_resource_calendar, NEW.ignore_resource_calendar, (OLD.ignore_resource_calendar IS NOT NEW.ignore_resource_calendar), NULL), ('levelling_delay_minutes', OLD.levelling_delay_minutes, NEW.levelling_delay_minutes, (OLD.levelling_delay_minutes IS NOT NEW.levelling_delay_minutes), NULL), ('priority', OLD.priority, NEW.priority, (OLD.priority IS NOT NEW.priority), NULL), ('inactive', OLD.inactive, NEW.inactive, (OLD.inactive IS NOT NEW.inactive), NULL), ('blocked_reason', OLD.blocked_reason, NEW.blocked_reason, (OLD.actual_start IS NOT NEW.actual_start OR OLD.actual_finish IS NOT NEW.actual_finish OR OLD.percent_complete IS NOT NEW.percent_complete OR OLD.remaining_minutes IS NOT NEW.remaining_minutes OR OLD.stop IS NOT NEW.stop OR OLD.resume IS NOT NEW.resume OR OLD.segments IS NOT NEW.segments OR OLD.blocked_reason IS NOT NEW.blocked_reason OR OLD.waiting_on IS NOT NEW.waiting_on OR OLD.blocked_since IS NOT NEW.blocked_since OR OLD.not_applicable_reason IS NOT NEW.not_applicable_reason), NULL), ('waiting_on', OLD.waiting_on, NEW.waiting_on, (OLD.actual_start IS NOT NEW.actual_start OR OLD.actual_finish IS NOT NEW.actual_finish OR OLD.percent_complete IS NOT NEW.percent_complete OR OLD.remaining_minutes IS NOT NEW.remaining_minutes OR OLD.stop IS NOT NEW.stop OR OLD.resume IS NOT NEW.resume OR OLD.segments IS NOT NEW.segments OR OLD.blocked_reason IS NOT NEW.blocked_reason OR OLD.waiting_on IS NOT NEW.waiting_on OR OLD.blocked_since IS NOT NEW.blocked_since OR OLD.not_applicable_reason IS NOT NEW.not_applicable_reason), NULL), ('blocked_since', OLD.blocked_since, NEW.blocked_since, (OLD.actual_start IS NOT NEW.actual_start OR OLD.actual_finish IS NOT NEW.actual_finish OR OLD.percent_complete IS NOT NEW.percent_complete OR OLD.remaining_minutes IS NOT NEW.remaining_minutes OR OLD.stop IS NOT NEW.stop OR OLD.resume IS NOT NEW.resume OR OLD.segments IS NOT NEW.segments OR OLD.blocked_reason IS NOT NEW.blocked_reason OR OLD.waiting_on IS NOT NEW.waiting_on OR OLD.blocked_since IS NOT NEW.blocked_since OR OLD.not_applicable_reason IS NOT NEW.not_applicable_reason), NULL), ('not_applicable_reason', OLD.not_applicable_reason, NEW.not_applicable_reason, (OLD.actual_start IS NOT NEW.actual_start OR OLD.actual_finish IS NOT NEW.actual_finish OR OLD.percent_complete IS NOT NEW.percent_complete OR OLD.remaining_minutes IS NOT NEW.remaining_minutes OR OLD.stop IS NOT NEW.stop OR OLD.resume IS NOT NEW.resume OR OLD.segments IS NOT NEW.segments OR OLD.blocked_reason IS NOT NEW.blocked_reason OR OLD.waiting_on IS NOT NEW.waiting_on OR OLD.blocked_since IS NOT NEW.blocked_since OR OLD.not_applicable_reason IS NOT NEW.not_applicable_reason), NULL), ('wbs', OLD.wbs, NEW.wbs, (OLD.wbs IS NOT NEW.wbs), NULL), ('hyperlink', OLD.hyperlink, NEW.hyperlink, (OLD.hyperlink IS NOT NEW.hyperlink), NULL), ('notes', OLD.notes, NEW.notes, (OLD.notes IS NOT NEW.notes), coalesce(OLD.notes, '')), ('source_uid', OLD.source_uid, NEW.source_uid, (OLD.source_uid IS NOT NEW.source_uid), NULL)) f WHERE f.written
            AND OLD.ver > 0 ON CONFLICT DO NOTHING;
            INSERT INTO change(txn, tbl, rec, field, old, new, base, seen)
            SELECT (SELECT n FROM txn WHERE state=0), 'task', NEW.id, f.field, f.old, f.new,
                coalesce((SELECT base FROM shadow s WHERE s.rec=NEW.id AND s.field=f.field), 0), f.seen
            FROM (SELECT 'space' AS field, OLD.space AS old, NEW.space AS new, (OLD.space IS NOT NEW.space) AS written, NULL AS seen UNION ALL VALUES ('visibility', OLD.visibility, NEW.visibility, (OLD.visibility IS NOT NEW.visibility), NULL), ('deleted_at', OLD.deleted_at, NEW.deleted_at, (OLD.deleted_at IS NOT NEW.deleted_at), NULL), ('project_id', OLD.project_id, NEW.project_id, (OLD.project_id IS NOT NEW.project_id), NULL), ('parent_id', OLD.parent_id, NEW.parent_id, (OLD.parent_id IS NOT NEW.parent_id OR OLD.rank IS NOT NEW.rank), NULL), ('rank', OLD.rank, NEW.rank, (OLD.parent_id IS NOT NEW.parent_id OR OLD.rank IS NOT NEW.rank), NULL), ('name', OLD.name, NEW.name, (OLD.name IS NOT NEW.name), NULL), ('milestone', OLD.milestone, NEW.milestone, (OLD.milestone IS NOT NEW.milestone), NULL), ('mode', OLD.mode, NEW.mode, (OLD.mode IS NOT NEW.mode), NULL), ('type', OLD.type, NEW.type, (OLD.type IS NOT NEW.type), NULL), ('effort_driven', OLD.effort_driven, NEW.effort_driven, (OLD.effort_driven IS NOT NEW.effort_driven), NULL), ('duration_minutes', OLD.duration_minutes, NEW.duration_minutes, (OLD.duration_minutes IS NOT NEW.duration_minutes), NULL), ('elapsed', OLD.elapsed, NEW.elapsed, (OLD.elapsed IS NOT NEW.elapsed), NULL), ('estimated', OLD.estimated, NEW.estimated, (OLD.estimated IS NOT NEW.estimated), NULL), ('constraint_type', OLD.constraint_type, NEW.constraint_type, (OLD.constraint_type IS NOT NEW.constraint_type OR OLD.constraint_date IS NOT NEW.constraint_date), NULL), ('constraint_date', OLD.constraint_date, NEW.constraint_date, (OLD.constraint_type IS NOT NEW.constraint_type OR OLD.constraint_date IS NOT NEW.constraint_date), NULL), ('deadline', OLD.deadline, NEW.deadline, (OLD.deadline IS NOT NEW.deadline), NULL), ('repeats', OLD.repeats, NEW.repeats, (OLD.repeats IS NOT NEW.repeats), NULL), ('manual_start', OLD.manual_start, NEW.manual_start, (OLD.manual_start IS NOT NEW.manual_start OR OLD.manual_finish IS NOT NEW.manual_finish), NULL), ('manual_finish', OLD.manual_finish, NEW.manual_finish, (OLD.manual_start IS NOT NEW.manual_start OR OLD.manual_finish IS NOT NEW.manual_finish), NULL), ('actual_start', OLD.actual_start, NEW.actual_start, (OLD.actual_start IS NOT NEW.actual_start OR OLD.actual_finish IS NOT NEW.actual_finish OR OLD.percent_complete IS NOT NEW.percent_complete OR OLD.remaining_minutes IS NOT NEW.remaining_minutes OR OLD.stop IS NOT NEW.stop OR OLD.resume IS NOT NEW.resume OR OLD.segments IS NOT NEW.segments OR OLD.blocked_reason IS NOT NEW.blocked_reason OR OLD.waiting_on IS NOT NEW.waiting_on OR OLD.blocked_since IS NOT NEW.blocked_since OR OLD.not_applicable_reason IS NOT NEW.not_applicable_reason), NULL), ('actual_finish', OLD.actual_finish, NEW.actual_finish, (OLD.actual_start IS NOT NEW.actual_start OR OLD.actual_finish IS NOT NEW.actual_finish OR OLD.percent_complete IS NOT NEW.percent_complete OR OLD.remaining_minutes IS NOT NEW.remaining_minutes OR OLD.stop IS NOT NEW.stop OR OLD.resume IS NOT NEW.resume OR OLD.segments IS NOT NEW.segments OR OLD.blocked_reason IS NOT NEW.blocked_reason OR OLD.waiting_on IS NOT NEW.waiting_on OR OLD.blocked_since IS NOT NEW.blocked_since OR OLD.not_applicable_reason IS NOT NEW.not_applicable_reason), NULL), ('percent_complete', OLD.percent_complete, NEW.percent_complete, (OLD.actual_start IS NOT NEW.actual_start OR OLD.actual_finish IS NOT NEW.actual_finish OR OLD.percent_complete IS NOT NEW.percent_complete OR OLD.remaining_minutes IS NOT NEW.remaining_minutes OR OLD.stop IS NOT NEW.stop OR OLD.resume IS NOT NEW.resume OR OLD.segments IS NOT NEW.segments OR OLD.blocked_reason IS NOT NEW.blocked_reason OR OLD.waiting_on IS NOT NEW.waiting_on OR OLD.blocked_since IS NOT NEW.blocked_since OR OLD.not_applicable_reason IS NOT NEW.not_applicable_reason), NULL), ('remaining_minutes', OLD.remaining_minutes, NEW.remaining_minutes, (OLD.actual_start IS NOT NEW.actual_start OR OLD.actual_finish IS NOT NEW.actual_finish OR OLD.percent_complete IS NOT NEW.percent_complete OR OLD.remaining_minutes IS NOT NEW.remaining_minutes OR OLD.stop IS NOT NEW.stop OR OLD.resume IS NOT NEW.resume OR OLD.segments IS NOT NEW.segments OR OLD.blocked_reason IS NOT NEW.blocked_reason OR OLD.waiting_on IS NOT NEW.waiting_on OR OLD.blocked_since IS NOT NEW.blocked_since OR OLD.not_applicable_reason IS NOT NEW.not_applicable_reason), NULL), ('stop', OLD.stop, NEW.stop, (OLD.actual_start IS NOT NEW.actual_start OR OLD.actual_finish IS NOT NEW.actual_finish OR OLD.percent_complete IS NOT NEW.percent_complete OR OLD.remaining_minutes IS NOT NEW.remaining_minutes OR OLD.stop IS NOT NEW.stop OR OLD.resume IS NOT NEW.resume OR OLD.segments IS NOT NEW.segments OR OLD.blocked_reason IS NOT NEW.blocked_reason OR OLD.waiting_on IS NOT NEW.waiting_on OR OLD.blocked_since IS NOT NEW.blocked_since OR OLD.not_applicable_reason IS NOT NEW.not_applicable_reason), NULL), ('resume', OLD.resume, NEW.resume, (OLD.actual_start IS NOT NEW.actual_start OR OLD.actual_finish IS NOT NEW.actual_finish OR OLD.percent_complete IS NOT NEW.percent_complete OR OLD.remaining_minutes IS NOT NEW.remaining_minutes OR OLD.stop IS NOT NEW.stop OR OLD.resume IS NOT NEW.resume OR OLD.segments IS NOT NEW.segments OR OLD.blocked_reason IS NOT NEW.blocked_reason OR OLD.waiting_on IS NOT NEW.waiting_on OR OLD.blocked_since IS NOT NEW.blocked_since OR OLD.not_applicable_reason IS NOT NEW.not_applicable_reason), NULL), ('segments', OLD.segments, NEW.segments, (OLD.actual_start IS NOT NEW.actual_start OR OLD.actual_finish IS NOT NEW.actual_finish OR OLD.percent_complete IS NOT NEW.percent_complete OR OLD.remaining_minutes IS NOT NEW.remaining_minutes OR OLD.stop IS NOT NEW.stop OR OLD.resume IS NOT NEW.resume OR OLD.segments IS NOT NEW.segments OR OLD.blocked_reason IS NOT NEW.blocked_reason OR OLD.waiting_on IS NOT NEW.waiting_on OR OLD.blocked_since IS NOT NEW.blocked_since OR OLD.not_applicable_reason IS NOT NEW.not_applicable_reason), NULL), ('side', OLD.side, NEW.side, (OLD.side IS NOT NEW.side), NULL), ('calendar_id', OLD.calendar_id, NEW.calendar_id, (OLD.calendar_id IS NOT NEW.calendar_id), NULL), ('ignore_resource_calendar', OLD.ignore_resource_calendar, NEW.ignore_resource_calendar, (OLD.ignore_resource_calendar IS NOT NEW.ignore_resource_calendar), NULL), ('levelling_delay_minutes', OLD.levelling_delay_minutes, NEW.levelling_delay_minutes, (OLD.levelling_delay_minutes IS NOT NEW.levelling_delay_minutes), NULL), ('priority', OLD.priority, NEW.priority, (OLD.priority IS NOT NEW.priority), NULL), ('inactive', OLD.inactive, NEW.inactive, (OLD.inactive IS NOT NEW.inactive), NULL), ('blocked_reason', OLD.blocked_reason, NEW.blocked_reason, (OLD.actual_start IS NOT NEW.actual_start OR OLD.actual_finish IS NOT NEW.actual_finish OR OLD.percent_complete IS NOT NEW.percent_complete OR OLD.remaining_minutes IS NOT NEW.remaining_minutes OR OLD.stop IS NOT NEW.stop OR OLD.resume IS NOT NEW.resume OR OLD.segments IS NOT NEW.segments OR OLD.blocked_reason IS NOT NEW.blocked_reason OR OLD.waiting_on IS NOT NEW.waiting_on OR OLD.blocked_since IS NOT NEW.blocked_since OR OLD.not_applicable_reason IS NOT NEW.not_applicable_reason), NULL), ('waiting_on', OLD.waiting_on, NEW.waiting_on, (OLD.actual_start IS NOT NEW.actual_start OR OLD.actual_finish IS NOT NEW.actual_finish OR OLD.percent_complete IS NOT NEW.percent_complete OR OLD.remaining_minutes IS NOT NEW.remaining_minutes OR OLD.stop IS NOT NEW.stop OR OLD.resume IS NOT NEW.resume OR OLD.segments IS NOT NEW.segments OR OLD.blocked_reason IS NOT NEW.blocked_reason OR OLD.waiting_on IS NOT NEW.waiting_on OR OLD.blocked_since IS NOT NEW.blocked_since OR OLD.not_applicable_reason IS NOT NEW.not_applicable_reason), NULL), ('blocked_since', OLD.blocked_since, NEW.blocked_since, (OLD.actual_start IS NOT NEW.actual_start OR OLD.actual_finish IS NOT NEW.actual_finish OR OLD.percent_complete IS NOT NEW.percent_complete OR OLD.remaining_minutes IS NOT NEW.remaining_minutes OR OLD.stop IS NOT NEW.stop OR OLD.resume IS NOT NEW.resume OR OLD.segments IS NOT NEW.segments OR OLD.blocked_reason IS NOT NEW.blocked_reason OR OLD.waiting_on IS NOT NEW.waiting_on OR OLD.blocked_since IS NOT NEW.blocked_since OR OLD.not_applicable_reason IS NOT NEW.not_applicable_reason), NULL), ('not_applicable_reason', OLD.not_applicable_reason, NEW.not_applicable_reason, (OLD.actual_start IS NOT NEW.actual_start OR OLD.actual_finish IS NOT NEW.actual_finish OR OLD.percent_complete IS NOT NEW.percent_complete OR OLD.remaining_minutes IS NOT NEW.remaining_minutes OR OLD.stop IS NOT NEW.stop OR OLD.resume IS NOT NEW.resume OR OLD.segments IS NOT NEW.segments OR OLD.blocked_reason IS NOT NEW.blocked_reason OR OLD.waiting_on IS NOT NEW.waiting_on OR OLD.blocked_since IS NOT NEW.blocked_since OR OLD.not_applicable_reason IS NOT NEW.not_applicable_reason), NULL), ('wbs', OLD.wbs, NEW.wbs, (OLD.wbs IS NOT NEW.wbs), NULL), ('hyperlink', OLD.hyperlink, NEW.hyperlink, (OLD.hyperlink IS NOT NEW.hyperlink), NULL), ('notes', OLD.notes, NEW.notes, (OLD.notes IS NOT NEW.notes), coalesce(OLD.notes, '')), ('source_uid', OLD.source_uid, NEW.source_uid, (OLD.source_uid IS NOT NEW.source_uid), NULL)) f WHERE f.written
            ON CONFLICT(rec, field, txn) DO UPDATE SET new=excluded.new;
        END;
CREATE TRIGGER task_removed BEFORE DELETE ON task WHEN coalesce((SELECT origin FROM txn WHERE state=0), 'L')='L' BEGIN
            SELECT RAISE(ABORT, 'milepost: a write outside a transaction') WHERE (SELECT origin FROM txn WHERE state=0) IS NULL;
            SELECT RAISE(ABORT, 'milepost: records are never removed; set deleted_at');
        END;
CREATE TRIGGER task_identity BEFORE UPDATE OF id, space ON task BEGIN
            SELECT RAISE(ABORT, 'milepost: a record keeps its id and its space')
            WHERE OLD.id IS NOT NEW.id OR OLD.space IS NOT NEW.space AND (SELECT origin FROM txn WHERE state=0)='L';
        END;
CREATE TRIGGER dependency_created AFTER INSERT ON dependency WHEN coalesce((SELECT origin FROM txn WHERE state=0), 'L')='L' BEGIN
            SELECT RAISE(ABORT, 'milepost: a write outside a transaction') WHERE (SELECT origin FROM txn WHERE state=0) IS NULL;
            INSERT INTO change(txn, tbl, rec, field, new, base)
            VALUES((SELECT n FROM txn WHERE state=0), 'dependency', NEW.id, '', json_patch('{}', json_object('space', NEW.space, 'visibility', NEW.visibility, 'deleted_at', NEW.deleted_at, 'project_id', NEW.project_id, 'predecessor_id', NEW.predecessor_id, 'successor_id', NEW.successor_id, 'type', NEW.type, 'lag', NEW.lag, 'lag_unit', NEW.lag_unit, 'lag_shown', NEW.lag_shown)), 0);
        END;
CREATE TRIGGER dependency_edited AFTER UPDATE OF space, visibility, deleted_at, project_id, predecessor_id, successor_id, type, lag, lag_unit, lag_shown ON dependency WHEN coalesce((SELECT origin FROM txn WHERE state=0), 'L')='L' BEGIN
            SELECT RAISE(ABORT, 'milepost: a write outside a transaction') WHERE (SELECT origin FROM txn WHERE state=0) IS NULL;
            INSERT INTO shadow(rec, field, tbl, base, val)
            SELECT NEW.id, f.field, 'dependency', OLD.ver, f.old FROM (SELECT 'space' AS field, OLD.space AS old, NEW.space AS new, (OLD.space IS NOT NEW.space) AS written, NULL AS seen UNION ALL VALUES ('visibility', OLD.visibility, NEW.visibility, (OLD.visibility IS NOT NEW.visibility), NULL), ('deleted_at', OLD.deleted_at, NEW.deleted_at, (OLD.deleted_at IS NOT NEW.deleted_at), NULL), ('project_id', OLD.project_id, NEW.project_id, (OLD.project_id IS NOT NEW.project_id), NULL), ('predecessor_id', OLD.predecessor_id, NEW.predecessor_id, (OLD.predecessor_id IS NOT NEW.predecessor_id OR OLD.successor_id IS NOT NEW.successor_id), NULL), ('successor_id', OLD.successor_id, NEW.successor_id, (OLD.predecessor_id IS NOT NEW.predecessor_id OR OLD.successor_id IS NOT NEW.successor_id), NULL), ('type', OLD.type, NEW.type, (OLD.type IS NOT NEW.type), NULL), ('lag', OLD.lag, NEW.lag, (OLD.lag IS NOT NEW.lag OR OLD.lag_unit IS NOT NEW.lag_unit OR OLD.lag_shown IS NOT NEW.lag_shown), NULL), ('lag_unit', OLD.lag_unit, NEW.lag_unit, (OLD.lag IS NOT NEW.lag OR OLD.lag_unit IS NOT NEW.lag_unit OR OLD.lag_shown IS NOT NEW.lag_shown), NULL), ('lag_shown', OLD.lag_shown, NEW.lag_shown, (OLD.lag IS NOT NEW.lag OR OLD.lag_unit IS NOT NEW.lag_unit OR OLD.lag_shown IS NOT NEW.lag_shown), NULL)) f WHERE f.written
            AND OLD.ver > 0 ON CONFLICT DO NOTHING;
            INSERT INTO change(txn, tbl, rec, field, old, new, base, seen)
            SELECT (SELECT n FROM txn WHERE state=0), 'dependency', NEW.id, f.field, f.old, f.new,
                coalesce((SELECT base FROM shadow s WHERE s.rec=NEW.id AND s.field=f.field), 0), f.seen
            FROM (SELECT 'space' AS field, OLD.space AS old, NEW.space AS new, (OLD.space IS NOT NEW.space) AS written, NULL AS seen UNION ALL VALUES ('visibility', OLD.visibility, NEW.visibility, (OLD.visibility IS NOT NEW.visibility), NULL), ('deleted_at', OLD.deleted_at, NEW.deleted_at, (OLD.deleted_at IS NOT NEW.deleted_at), NULL), ('project_id', OLD.project_id, NEW.project_id, (OLD.project_id IS NOT NEW.project_id), NULL), ('predecessor_id', OLD.predecessor_id, NEW.predecessor_id, (OLD.predecessor_id IS NOT NEW.predecessor_id OR OLD.successor_id IS NOT NEW.successor_id), NULL), ('successor_id', OLD.successor_id, NEW.successor_id, (OLD.predecessor_id IS NOT NEW.predecessor_id OR OLD.successor_id IS NOT NEW.successor_id), NULL), ('type', OLD.type, NEW.type, (OLD.type IS NOT NEW.type), NULL), ('lag', OLD.lag, NEW.lag, (OLD.lag IS NOT NEW.lag OR OLD.lag_unit IS NOT NEW.lag_unit OR OLD.lag_shown IS NOT NEW.lag_shown), NULL), ('lag_unit', OLD.lag_unit, NEW.lag_unit, (OLD.lag IS NOT NEW.lag OR OLD.lag_unit IS NOT NEW.lag_unit OR OLD.lag_shown IS NOT NEW.lag_shown), NULL), ('lag_shown', OLD.lag_shown, NEW.lag_shown, (OLD.lag IS NOT NEW.lag OR OLD.lag_unit IS NOT NEW.lag_unit OR OLD.lag_shown IS NOT NEW.lag_shown), NULL)) f WHERE f.written
            ON CONFLICT(rec, field, txn) DO UPDATE SET new=excluded.new;
        END;
CREATE TRIGGER dependency_removed BEFORE DELETE ON dependency WHEN coalesce((SELECT origin FROM txn WHERE state=0), 'L')='L' BEGIN
            SELECT RAISE(ABORT, 'milepost: a write outside a transaction') WHERE (SELECT origin FROM txn WHERE state=0) IS NULL;
            SELECT RAISE(ABORT, 'milepost: records are never removed; set deleted_at');
        END;
CREATE TRIGGER dependency_identity BEFORE UPDATE OF id, space ON dependency BEGIN
            SELECT RAISE(ABORT, 'milepost: a record keeps its id and its space')
            WHERE OLD.id IS NOT NEW.id OR OLD.space IS NOT NEW.space AND (SELECT origin FROM txn WHERE state=0)='L';
        END;
CREATE TRIGGER attachment_created AFTER INSERT ON attachment WHEN coalesce((SELECT origin FROM txn WHERE state=0), 'L')='L' BEGIN
            SELECT RAISE(ABORT, 'milepost: a write outside a transaction') WHERE (SELECT origin FROM txn WHERE state=0) IS NULL;
            INSERT INTO change(txn, tbl, rec, field, new, base)
            VALUES((SELECT n FROM txn WHERE state=0), 'attachment', NEW.id, '', json_patch('{}', json_object('space', NEW.space, 'visibility', NEW.visibility, 'deleted_at', NEW.deleted_at, 'name', NEW.name, 'size', NEW.size, 'media_type', NEW.media_type, 'sha256', NEW.sha256, 'owner_kind', NEW.owner_kind, 'owner_id', NEW.owner_id)), 0);
        END;
CREATE TRIGGER attachment_edited AFTER UPDATE OF space, visibility, deleted_at, name, size, media_type, sha256, owner_kind, owner_id ON attachment WHEN coalesce((SELECT origin FROM txn WHERE state=0), 'L')='L' BEGIN
            SELECT RAISE(ABORT, 'milepost: a write outside a transaction') WHERE (SELECT origin FROM txn WHERE state=0) IS NULL;
            INSERT INTO shadow(rec, field, tbl, base, val)
            SELECT NEW.id, f.field, 'attachment', OLD.ver, f.old FROM (SELECT 'space' AS field, OLD.space AS old, NEW.space AS new, (OLD.space IS NOT NEW.space) AS written, NULL AS seen UNION ALL VALUES ('visibility', OLD.visibility, NEW.visibility, (OLD.visibility IS NOT NEW.visibility), NULL), ('deleted_at', OLD.deleted_at, NEW.deleted_at, (OLD.deleted_at IS NOT NEW.deleted_at), NULL), ('name', OLD.name, NEW.name, (OLD.name IS NOT NEW.name), NULL), ('size', OLD.size, NEW.size, (OLD.size IS NOT NEW.size), NULL), ('media_type', OLD.media_type, NEW.media_type, (OLD.media_type IS NOT NEW.media_type), NULL), ('sha256', OLD.sha256, NEW.sha256, (OLD.sha256 IS NOT NEW.sha256), NULL), ('owner_kind', OLD.owner_kind, NEW.owner_kind, (OLD.owner_kind IS NOT NEW.owner_kind), NULL), ('owner_id', OLD.owner_id, NEW.owner_id, (OLD.owner_id IS NOT NEW.owner_id), NULL)) f WHERE f.written
            AND OLD.ver > 0 ON CONFLICT DO NOTHING;
            INSERT INTO change(txn, tbl, rec, field, old, new, base, seen)
            SELECT (SELECT n FROM txn WHERE state=0), 'attachment', NEW.id, f.field, f.old, f.new,
                coalesce((SELECT base FROM shadow s WHERE s.rec=NEW.id AND s.field=f.field), 0), f.seen
            FROM (SELECT 'space' AS field, OLD.space AS old, NEW.space AS new, (OLD.space IS NOT NEW.space) AS written, NULL AS seen UNION ALL VALUES ('visibility', OLD.visibility, NEW.visibility, (OLD.visibility IS NOT NEW.visibility), NULL), ('deleted_at', OLD.deleted_at, NEW.deleted_at, (OLD.deleted_at IS NOT NEW.deleted_at), NULL), ('name', OLD.name, NEW.name, (OLD.name IS NOT NEW.name), NULL), ('size', OLD.size, NEW.size, (OLD.size IS NOT NEW.size), NULL), ('media_type', OLD.media_type, NEW.media_type, (OLD.media_type IS NOT NEW.media_type), NULL), ('sha256', OLD.sha256, NEW.sha256, (OLD.sha256 IS NOT NEW.sha256), NULL), ('owner_kind', OLD.owner_kind, NEW.owner_kind, (OLD.owner_kind IS NOT NEW.owner_kind), NULL), ('owner_id', OLD.owner_id, NEW.owner_id, (OLD.owner_id IS NOT NEW.owner_id), NULL)) f WHERE f.written
            ON CONFLICT(rec, field, txn) DO UPDATE SET new=excluded.new;
        END;
CREATE TRIGGER attachment_removed BEFORE DELETE ON attachment WHEN coalesce((SELECT origin FROM txn WHERE state=0), 'L')='L' BEGIN
            SELECT RAISE(ABORT, 'milepost: a write outside a transaction') WHERE (SELECT origin FROM txn WHERE state=0) IS NULL;
            SELECT RAISE(ABORT, 'milepost: records are never removed; set deleted_at');
        END;
CREATE TRIGGER attachment_identity BEFORE UPDATE OF id, space ON attachment BEGIN
            SELECT RAISE(ABORT, 'milepost: a record keeps its id and its space')
            WHERE OLD.id IS NOT NEW.id OR OLD.space IS NOT NEW.space AND (SELECT origin FROM txn WHERE state=0)='L';
        END;
CREATE TRIGGER baseline_created AFTER INSERT ON baseline WHEN coalesce((SELECT origin FROM txn WHERE state=0), 'L')='L' BEGIN
            SELECT RAISE(ABORT, 'milepost: a write outside a transaction') WHERE (SELECT origin FROM txn WHERE state=0) IS NULL;
            INSERT INTO change(txn, tbl, rec, field, new, base)
            VALUES((SELECT n FROM txn WHERE state=0), 'baseline', NEW.id, '', json_patch('{}', json_object('space', NEW.space, 'visibility', NEW.visibility, 'deleted_at', NEW.deleted_at, 'project_id', NEW.project_id, 'number', NEW.number, 'name', NEW.name, 'taken_at', NEW.taken_at)), 0);
        END;
CREATE TRIGGER baseline_edited AFTER UPDATE OF space, visibility, deleted_at, project_id, number, name, taken_at ON baseline WHEN coalesce((SELECT origin FROM txn WHERE state=0), 'L')='L' BEGIN
            SELECT RAISE(ABORT, 'milepost: a write outside a transaction') WHERE (SELECT origin FROM txn WHERE state=0) IS NULL;
            INSERT INTO shadow(rec, field, tbl, base, val)
            SELECT NEW.id, f.field, 'baseline', OLD.ver, f.old FROM (SELECT 'space' AS field, OLD.space AS old, NEW.space AS new, (OLD.space IS NOT NEW.space) AS written, NULL AS seen UNION ALL VALUES ('visibility', OLD.visibility, NEW.visibility, (OLD.visibility IS NOT NEW.visibility), NULL), ('deleted_at', OLD.deleted_at, NEW.deleted_at, (OLD.deleted_at IS NOT NEW.deleted_at), NULL), ('project_id', OLD.project_id, NEW.project_id, (OLD.project_id IS NOT NEW.project_id), NULL), ('number', OLD.number, NEW.number, (OLD.number IS NOT NEW.number), NULL), ('name', OLD.name, NEW.name, (OLD.name IS NOT NEW.name), NULL), ('taken_at', OLD.taken_at, NEW.taken_at, (OLD.taken_at IS NOT NEW.taken_at), NULL)) f WHERE f.written
            AND OLD.ver > 0 ON CONFLICT DO NOTHING;
            INSERT INTO change(txn, tbl, rec, field, old, new, base, seen)
            SELECT (SELECT n FROM txn WHERE state=0), 'baseline', NEW.id, f.field, f.old, f.new,
                coalesce((SELECT base FROM shadow s WHERE s.rec=NEW.id AND s.field=f.field), 0), f.seen
            FROM (SELECT 'space' AS field, OLD.space AS old, NEW.space AS new, (OLD.space IS NOT NEW.space) AS written, NULL AS seen UNION ALL VALUES ('visibility', OLD.visibility, NEW.visibility, (OLD.visibility IS NOT NEW.visibility), NULL), ('deleted_at', OLD.deleted_at, NEW.deleted_at, (OLD.deleted_at IS NOT NEW.deleted_at), NULL), ('project_id', OLD.project_id, NEW.project_id, (OLD.project_id IS NOT NEW.project_id), NULL), ('number', OLD.number, NEW.number, (OLD.number IS NOT NEW.number), NULL), ('name', OLD.name, NEW.name, (OLD.name IS NOT NEW.name), NULL), ('taken_at', OLD.taken_at, NEW.taken_at, (OLD.taken_at IS NOT NEW.taken_at), NULL)) f WHERE f.written
            ON CONFLICT(rec, field, txn) DO UPDATE SET new=excluded.new;
        END;
CREATE TRIGGER baseline_removed BEFORE DELETE ON baseline WHEN coalesce((SELECT origin FROM txn WHERE state=0), 'L')='L' BEGIN
            SELECT RAISE(ABORT, 'milepost: a write outside a transaction') WHERE (SELECT origin FROM txn WHERE state=0) IS NULL;
            SELECT RAISE(ABORT, 'milepost: records are never removed; set deleted_at');
        END;
CREATE TRIGGER baseline_identity BEFORE UPDATE OF id, space ON baseline BEGIN
            SELECT RAISE(ABORT, 'milepost: a record keeps its id and its space')
            WHERE OLD.id IS NOT NEW.id OR OLD.space IS NOT NEW.space AND (SELECT origin FROM txn WHERE state=0)='L';
        END;
CREATE TRIGGER baseline_task_created AFTER INSERT ON baseline_task WHEN coalesce((SELECT origin FROM txn WHERE state=0), 'L')='L' BEGIN
            SELECT RAISE(ABORT, 'milepost: a write outside a transaction') WHERE (SELECT origin FROM txn WHERE state=0) IS NULL;
            INSERT INTO change(txn, tbl, rec, field, new, base)
            VALUES((SELECT n FROM txn WHERE state=0), 'baseline_task', NEW.id, '', json_patch('{}', json_object('space', NEW.space, 'visibility', NEW.visibility, 'deleted_at', NEW.deleted_at, 'baseline_id', NEW.baseline_id, 'task_id', NEW.task_id, 'name', NEW.name, 'start', NEW.start, 'finish', NEW.finish, 'duration_minutes', NEW.duration_minutes, 'work_minutes', NEW.work_minutes, 'assignments', NEW.assignments)), 0);
        END;
CREATE TRIGGER baseline_task_edited AFTER UPDATE OF space, visibility, deleted_at, baseline_id, task_id, name, start, finish, duration_minutes, work_minutes, assignments ON baseline_task WHEN coalesce((SELECT origin FROM txn WHERE state=0), 'L')='L' BEGIN
            SELECT RAISE(ABORT, 'milepost: a write outside a transaction') WHERE (SELECT origin FROM txn WHERE state=0) IS NULL;
            INSERT INTO shadow(rec, field, tbl, base, val)
            SELECT NEW.id, f.field, 'baseline_task', OLD.ver, f.old FROM (SELECT 'space' AS field, OLD.space AS old, NEW.space AS new, (OLD.space IS NOT NEW.space) AS written, NULL AS seen UNION ALL VALUES ('visibility', OLD.visibility, NEW.visibility, (OLD.visibility IS NOT NEW.visibility), NULL), ('deleted_at', OLD.deleted_at, NEW.deleted_at, (OLD.deleted_at IS NOT NEW.deleted_at), NULL), ('baseline_id', OLD.baseline_id, NEW.baseline_id, (OLD.baseline_id IS NOT NEW.baseline_id), NULL), ('task_id', OLD.task_id, NEW.task_id, (OLD.task_id IS NOT NEW.task_id), NULL), ('name', OLD.name, NEW.name, (OLD.name IS NOT NEW.name), NULL), ('start', OLD.start, NEW.start, (OLD.start IS NOT NEW.start), NULL), ('finish', OLD.finish, NEW.finish, (OLD.finish IS NOT NEW.finish), NULL), ('duration_minutes', OLD.duration_minutes, NEW.duration_minutes, (OLD.duration_minutes IS NOT NEW.duration_minutes), NULL), ('work_minutes', OLD.work_minutes, NEW.work_minutes, (OLD.work_minutes IS NOT NEW.work_minutes), NULL), ('assignments', OLD.assignments, NEW.assignments, (OLD.assignments IS NOT NEW.assignments), NULL)) f WHERE f.written
            AND OLD.ver > 0 ON CONFLICT DO NOTHING;
            INSERT INTO change(txn, tbl, rec, field, old, new, base, seen)
            SELECT (SELECT n FROM txn WHERE state=0), 'baseline_task', NEW.id, f.field, f.old, f.new,
                coalesce((SELECT base FROM shadow s WHERE s.rec=NEW.id AND s.field=f.field), 0), f.seen
            FROM (SELECT 'space' AS field, OLD.space AS old, NEW.space AS new, (OLD.space IS NOT NEW.space) AS written, NULL AS seen UNION ALL VALUES ('visibility', OLD.visibility, NEW.visibility, (OLD.visibility IS NOT NEW.visibility), NULL), ('deleted_at', OLD.deleted_at, NEW.deleted_at, (OLD.deleted_at IS NOT NEW.deleted_at), NULL), ('baseline_id', OLD.baseline_id, NEW.baseline_id, (OLD.baseline_id IS NOT NEW.baseline_id), NULL), ('task_id', OLD.task_id, NEW.task_id, (OLD.task_id IS NOT NEW.task_id), NULL), ('name', OLD.name, NEW.name, (OLD.name IS NOT NEW.name), NULL), ('start', OLD.start, NEW.start, (OLD.start IS NOT NEW.start), NULL), ('finish', OLD.finish, NEW.finish, (OLD.finish IS NOT NEW.finish), NULL), ('duration_minutes', OLD.duration_minutes, NEW.duration_minutes, (OLD.duration_minutes IS NOT NEW.duration_minutes), NULL), ('work_minutes', OLD.work_minutes, NEW.work_minutes, (OLD.work_minutes IS NOT NEW.work_minutes), NULL), ('assignments', OLD.assignments, NEW.assignments, (OLD.assignments IS NOT NEW.assignments), NULL)) f WHERE f.written
            ON CONFLICT(rec, field, txn) DO UPDATE SET new=excluded.new;
        END;
CREATE TRIGGER baseline_task_removed BEFORE DELETE ON baseline_task WHEN coalesce((SELECT origin FROM txn WHERE state=0), 'L')='L' BEGIN
            SELECT RAISE(ABORT, 'milepost: a write outside a transaction') WHERE (SELECT origin FROM txn WHERE state=0) IS NULL;
            SELECT RAISE(ABORT, 'milepost: records are never removed; set deleted_at');
        END;
CREATE TRIGGER baseline_task_identity BEFORE UPDATE OF id, space ON baseline_task BEGIN
            SELECT RAISE(ABORT, 'milepost: a record keeps its id and its space')
            WHERE OLD.id IS NOT NEW.id OR OLD.space IS NOT NEW.space AND (SELECT origin FROM txn WHERE state=0)='L';
        END;
CREATE TRIGGER calendar_created AFTER INSERT ON calendar WHEN coalesce((SELECT origin FROM txn WHERE state=0), 'L')='L' BEGIN
            SELECT RAISE(ABORT, 'milepost: a write outside a transaction') WHERE (SELECT origin FROM txn WHERE state=0) IS NULL;
            INSERT INTO change(txn, tbl, rec, field, new, base)
            VALUES((SELECT n FROM txn WHERE state=0), 'calendar', NEW.id, '', json_patch('{}', json_object('space', NEW.space, 'visibility', NEW.visibility, 'deleted_at', NEW.deleted_at, 'name', NEW.name, 'base_id', NEW.base_id, 'project_id', NEW.project_id, 'week', NEW.week, 'exceptions', NEW.exceptions, 'work_weeks', NEW.work_weeks, 'holidays', NEW.holidays, 'source_uid', NEW.source_uid)), 0);
        END;
CREATE TRIGGER calendar_edited AFTER UPDATE OF space, visibility, deleted_at, name, base_id, project_id, week, exceptions, work_weeks, holidays, source_uid ON calendar WHEN coalesce((SELECT origin FROM txn WHERE state=0), 'L')='L' BEGIN
            SELECT RAISE(ABORT, 'milepost: a write outside a transaction') WHERE (SELECT origin FROM txn WHERE state=0) IS NULL;
            INSERT INTO shadow(rec, field, tbl, base, val)
            SELECT NEW.id, f.field, 'calendar', OLD.ver, f.old FROM (SELECT 'space' AS field, OLD.space AS old, NEW.space AS new, (OLD.space IS NOT NEW.space) AS written, NULL AS seen UNION ALL VALUES ('visibility', OLD.visibility, NEW.visibility, (OLD.visibility IS NOT NEW.visibility), NULL), ('deleted_at', OLD.deleted_at, NEW.deleted_at, (OLD.deleted_at IS NOT NEW.deleted_at), NULL), ('name', OLD.name, NEW.name, (OLD.name IS NOT NEW.name), NULL), ('base_id', OLD.base_id, NEW.base_id, (OLD.base_id IS NOT NEW.base_id), NULL), ('project_id', OLD.project_id, NEW.project_id, (OLD.project_id IS NOT NEW.project_id), NULL), ('week', OLD.week, NEW.week, (OLD.week IS NOT NEW.week), NULL), ('exceptions', OLD.exceptions, NEW.exceptions, (OLD.exceptions IS NOT NEW.exceptions), NULL), ('work_weeks', OLD.work_weeks, NEW.work_weeks, (OLD.work_weeks IS NOT NEW.work_weeks), NULL), ('holidays', OLD.holidays, NEW.holidays, (OLD.holidays IS NOT NEW.holidays), NULL), ('source_uid', OLD.source_uid, NEW.source_uid, (OLD.source_uid IS NOT NEW.source_uid), NULL)) f WHERE f.written
            AND OLD.ver > 0 ON CONFLICT DO NOTHING;
            INSERT INTO change(txn, tbl, rec, field, old, new, base, seen)
            SELECT (SELECT n FROM txn WHERE state=0), 'calendar', NEW.id, f.field, f.old, f.new,
                coalesce((SELECT base FROM shadow s WHERE s.rec=NEW.id AND s.field=f.field), 0), f.seen
            FROM (SELECT 'space' AS field, OLD.space AS old, NEW.space AS new, (OLD.space IS NOT NEW.space) AS written, NULL AS seen UNION ALL VALUES ('visibility', OLD.visibility, NEW.visibility, (OLD.visibility IS NOT NEW.visibility), NULL), ('deleted_at', OLD.deleted_at, NEW.deleted_at, (OLD.deleted_at IS NOT NEW.deleted_at), NULL), ('name', OLD.name, NEW.name, (OLD.name IS NOT NEW.name), NULL), ('base_id', OLD.base_id, NEW.base_id, (OLD.base_id IS NOT NEW.base_id), NULL), ('project_id', OLD.project_id, NEW.project_id, (OLD.project_id IS NOT NEW.project_id), NULL), ('week', OLD.week, NEW.week, (OLD.week IS NOT NEW.week), NULL), ('exceptions', OLD.exceptions, NEW.exceptions, (OLD.exceptions IS NOT NEW.exceptions), NULL), ('work_weeks', OLD.work_weeks, NEW.work_weeks, (OLD.work_weeks IS NOT NEW.work_weeks), NULL), ('holidays', OLD.holidays, NEW.holidays, (OLD.holidays IS NOT NEW.holidays), NULL), ('source_uid', OLD.source_uid, NEW.source_uid, (OLD.source_uid IS NOT NEW.source_uid), NULL)) f WHERE f.written
            ON CONFLICT(rec, field, txn) DO UPDATE SET new=excluded.new;
        END;
CREATE TRIGGER calendar_removed BEFORE DELETE ON calendar WHEN coalesce((SELECT origin FROM txn WHERE state=0), 'L')='L' BEGIN
            SELECT RAISE(ABORT, 'milepost: a write outside a transaction') WHERE (SELECT origin FROM txn WHERE state=0) IS NULL;
            SELECT RAISE(ABORT, 'milepost: records are never removed; set deleted_at');
        END;
CREATE TRIGGER calendar_identity BEFORE UPDATE OF id, space ON calendar BEGIN
            SELECT RAISE(ABORT, 'milepost: a record keeps its id and its space')
            WHERE OLD.id IS NOT NEW.id OR OLD.space IS NOT NEW.space AND (SELECT origin FROM txn WHERE state=0)='L';
        END;
CREATE TRIGGER client_created AFTER INSERT ON client WHEN coalesce((SELECT origin FROM txn WHERE state=0), 'L')='L' BEGIN
            SELECT RAISE(ABORT, 'milepost: a write outside a transaction') WHERE (SELECT origin FROM txn WHERE state=0) IS NULL;
            INSERT INTO change(txn, tbl, rec, field, new, base)
            VALUES((SELECT n FROM txn WHERE state=0), 'client', NEW.id, '', json_patch('{}', json_object('space', NEW.space, 'visibility', NEW.visibility, 'deleted_at', NEW.deleted_at, 'name', NEW.name, 'number', NEW.number, 'industry', NEW.industry, 'city', NEW.city, 'country', NEW.country, 'phone', NEW.phone, 'website', NEW.website, 'notes', NEW.notes)), 0);
        END;
CREATE TRIGGER client_edited AFTER UPDATE OF space, visibility, deleted_at, name, number, industry, city, country, phone, website, notes ON client WHEN coalesce((SELECT origin FROM txn WHERE state=0), 'L')='L' BEGIN
            SELECT RAISE(ABORT, 'milepost: a write outside a transaction') WHERE (SELECT origin FROM txn WHERE state=0) IS NULL;
            INSERT INTO shadow(rec, field, tbl, base, val)
            SELECT NEW.id, f.field, 'client', OLD.ver, f.old FROM (SELECT 'space' AS field, OLD.space AS old, NEW.space AS new, (OLD.space IS NOT NEW.space) AS written, NULL AS seen UNION ALL VALUES ('visibility', OLD.visibility, NEW.visibility, (OLD.visibility IS NOT NEW.visibility), NULL), ('deleted_at', OLD.deleted_at, NEW.deleted_at, (OLD.deleted_at IS NOT NEW.deleted_at), NULL), ('name', OLD.name, NEW.name, (OLD.name IS NOT NEW.name), NULL), ('number', OLD.number, NEW.number, (OLD.number IS NOT NEW.number), NULL), ('industry', OLD.industry, NEW.industry, (OLD.industry IS NOT NEW.industry), NULL), ('city', OLD.city, NEW.city, (OLD.city IS NOT NEW.city), NULL), ('country', OLD.country, NEW.country, (OLD.country IS NOT NEW.country), NULL), ('phone', OLD.phone, NEW.phone, (OLD.phone IS NOT NEW.phone), NULL), ('website', OLD.website, NEW.website, (OLD.website IS NOT NEW.website), NULL), ('notes', OLD.notes, NEW.notes, (OLD.notes IS NOT NEW.notes), coalesce(OLD.notes, ''))) f WHERE f.written
            AND OLD.ver > 0 ON CONFLICT DO NOTHING;
            INSERT INTO change(txn, tbl, rec, field, old, new, base, seen)
            SELECT (SELECT n FROM txn WHERE state=0), 'client', NEW.id, f.field, f.old, f.new,
                coalesce((SELECT base FROM shadow s WHERE s.rec=NEW.id AND s.field=f.field), 0), f.seen
            FROM (SELECT 'space' AS field, OLD.space AS old, NEW.space AS new, (OLD.space IS NOT NEW.space) AS written, NULL AS seen UNION ALL VALUES ('visibility', OLD.visibility, NEW.visibility, (OLD.visibility IS NOT NEW.visibility), NULL), ('deleted_at', OLD.deleted_at, NEW.deleted_at, (OLD.deleted_at IS NOT NEW.deleted_at), NULL), ('name', OLD.name, NEW.name, (OLD.name IS NOT NEW.name), NULL), ('number', OLD.number, NEW.number, (OLD.number IS NOT NEW.number), NULL), ('industry', OLD.industry, NEW.industry, (OLD.industry IS NOT NEW.industry), NULL), ('city', OLD.city, NEW.city, (OLD.city IS NOT NEW.city), NULL), ('country', OLD.country, NEW.country, (OLD.country IS NOT NEW.country), NULL), ('phone', OLD.phone, NEW.phone, (OLD.phone IS NOT NEW.phone), NULL), ('website', OLD.website, NEW.website, (OLD.website IS NOT NEW.website), NULL), ('notes', OLD.notes, NEW.notes, (OLD.notes IS NOT NEW.notes), coalesce(OLD.notes, ''))) f WHERE f.written
            ON CONFLICT(rec, field, txn) DO UPDATE SET new=excluded.new;
        END;
CREATE TRIGGER client_removed BEFORE DELETE ON client WHEN coalesce((SELECT origin FROM txn WHERE state=0), 'L')='L' BEGIN
            SELECT RAISE(ABORT, 'milepost: a write outside a transaction') WHERE (SELECT origin FROM txn WHERE state=0) IS NULL;
            SELECT RAISE(ABORT, 'milepost: records are never removed; set deleted_at');
        END;
CREATE TRIGGER client_identity BEFORE UPDATE OF id, space ON client BEGIN
            SELECT RAISE(ABORT, 'milepost: a record keeps its id and its space')
            WHERE OLD.id IS NOT NEW.id OR OLD.space IS NOT NEW.space AND (SELECT origin FROM txn WHERE state=0)='L';
        END;
CREATE TRIGGER site_created AFTER INSERT ON site WHEN coalesce((SELECT origin FROM txn WHERE state=0), 'L')='L' BEGIN
            SELECT RAISE(ABORT, 'milepost: a write outside a transaction') WHERE (SELECT origin FROM txn WHERE state=0) IS NULL;
            INSERT INTO change(txn, tbl, rec, field, new, base)
            VALUES((SELECT n FROM txn WHERE state=0), 'site', NEW.id, '', json_patch('{}', json_object('space', NEW.space, 'visibility', NEW.visibility, 'deleted_at', NEW.deleted_at, 'client_id', NEW.client_id, 'name', NEW.name, 'address', NEW.address, 'city', NEW.city, 'country', NEW.country, 'region', NEW.region, 'time_zone', NEW.time_zone, 'phone', NEW.phone, 'network', NEW.network, 'notes', NEW.notes)), 0);
        END;
CREATE TRIGGER site_edited AFTER UPDATE OF space, visibility, deleted_at, client_id, name, address, city, country, region, time_zone, phone, network, notes ON site WHEN coalesce((SELECT origin FROM txn WHERE state=0), 'L')='L' BEGIN
            SELECT RAISE(ABORT, 'milepost: a write outside a transaction') WHERE (SELECT origin FROM txn WHERE state=0) IS NULL;
            INSERT INTO shadow(rec, field, tbl, base, val)
            SELECT NEW.id, f.field, 'site', OLD.ver, f.old FROM (SELECT 'space' AS field, OLD.space AS old, NEW.space AS new, (OLD.space IS NOT NEW.space) AS written, NULL AS seen UNION ALL VALUES ('visibility', OLD.visibility, NEW.visibility, (OLD.visibility IS NOT NEW.visibility), NULL), ('deleted_at', OLD.deleted_at, NEW.deleted_at, (OLD.deleted_at IS NOT NEW.deleted_at), NULL), ('client_id', OLD.client_id, NEW.client_id, (OLD.client_id IS NOT NEW.client_id), NULL), ('name', OLD.name, NEW.name, (OLD.name IS NOT NEW.name), NULL), ('address', OLD.address, NEW.address, (OLD.address IS NOT NEW.address), NULL), ('city', OLD.city, NEW.city, (OLD.city IS NOT NEW.city), NULL), ('country', OLD.country, NEW.country, (OLD.country IS NOT NEW.country), NULL), ('region', OLD.region, NEW.region, (OLD.region IS NOT NEW.region), NULL), ('time_zone', OLD.time_zone, NEW.time_zone, (OLD.time_zone IS NOT NEW.time_zone), NULL), ('phone', OLD.phone, NEW.phone, (OLD.phone IS NOT NEW.phone), NULL), ('network', OLD.network, NEW.network, (OLD.network IS NOT NEW.network), NULL), ('notes', OLD.notes, NEW.notes, (OLD.notes IS NOT NEW.notes), coalesce(OLD.notes, ''))) f WHERE f.written
            AND OLD.ver > 0 ON CONFLICT DO NOTHING;
            INSERT INTO change(txn, tbl, rec, field, old, new, base, seen)
            SELECT (SELECT n FROM txn WHERE state=0), 'site', NEW.id, f.field, f.old, f.new,
                coalesce((SELECT base FROM shadow s WHERE s.rec=NEW.id AND s.field=f.field), 0), f.seen
            FROM (SELECT 'space' AS field, OLD.space AS old, NEW.space AS new, (OLD.space IS NOT NEW.space) AS written, NULL AS seen UNION ALL VALUES ('visibility', OLD.visibility, NEW.visibility, (OLD.visibility IS NOT NEW.visibility), NULL), ('deleted_at', OLD.deleted_at, NEW.deleted_at, (OLD.deleted_at IS NOT NEW.deleted_at), NULL), ('client_id', OLD.client_id, NEW.client_id, (OLD.client_id IS NOT NEW.client_id), NULL), ('name', OLD.name, NEW.name, (OLD.name IS NOT NEW.name), NULL), ('address', OLD.address, NEW.address, (OLD.address IS NOT NEW.address), NULL), ('city', OLD.city, NEW.city, (OLD.city IS NOT NEW.city), NULL), ('country', OLD.country, NEW.country, (OLD.country IS NOT NEW.country), NULL), ('region', OLD.region, NEW.region, (OLD.region IS NOT NEW.region), NULL), ('time_zone', OLD.time_zone, NEW.time_zone, (OLD.time_zone IS NOT NEW.time_zone), NULL), ('phone', OLD.phone, NEW.phone, (OLD.phone IS NOT NEW.phone), NULL), ('network', OLD.network, NEW.network, (OLD.network IS NOT NEW.network), NULL), ('notes', OLD.notes, NEW.notes, (OLD.notes IS NOT NEW.notes), coalesce(OLD.notes, ''))) f WHERE f.written
            ON CONFLICT(rec, field, txn) DO UPDATE SET new=excluded.new;
        END;
CREATE TRIGGER site_removed BEFORE DELETE ON site WHEN coalesce((SELECT origin FROM txn WHERE state=0), 'L')='L' BEGIN
            SELECT RAISE(ABORT, 'milepost: a write outside a transaction') WHERE (SELECT origin FROM txn WHERE state=0) IS NULL;
            SELECT RAISE(ABORT, 'milepost: records are never removed; set deleted_at');
        END;
CREATE TRIGGER site_identity BEFORE UPDATE OF id, space ON site BEGIN
            SELECT RAISE(ABORT, 'milepost: a record keeps its id and its space')
            WHERE OLD.id IS NOT NEW.id OR OLD.space IS NOT NEW.space AND (SELECT origin FROM txn WHERE state=0)='L';
        END;
CREATE TRIGGER contact_created AFTER INSERT ON contact WHEN coalesce((SELECT origin FROM txn WHERE state=0), 'L')='L' BEGIN
            SELECT RAISE(ABORT, 'milepost: a write outside a transaction') WHERE (SELECT origin FROM txn WHERE state=0) IS NULL;
            INSERT INTO change(txn, tbl, rec, field, new, base)
            VALUES((SELECT n FROM txn WHERE state=0), 'contact', NEW.id, '', json_patch('{}', json_object('space', NEW.space, 'visibility', NEW.visibility, 'deleted_at', NEW.deleted_at, 'client_id', NEW.client_id, 'site_id', NEW.site_id, 'name', NEW.name, 'role', NEW.role, 'phone', NEW.phone, 'mobile', NEW.mobile, 'email', NEW.email, 'decides', NEW.decides, 'can_sign', NEW.can_sign, 'channel', NEW.channel, 'time_zone', NEW.time_zone, 'notes', NEW.notes)), 0);
        END;
CREATE TRIGGER contact_edited AFTER UPDATE OF space, visibility, deleted_at, client_id, site_id, name, role, phone, mobile, email, decides, can_sign, channel, time_zone, notes ON contact WHEN coalesce((SELECT origin FROM txn WHERE state=0), 'L')='L' BEGIN
            SELECT RAISE(ABORT, 'milepost: a write outside a transaction') WHERE (SELECT origin FROM txn WHERE state=0) IS NULL;
            INSERT INTO shadow(rec, field, tbl, base, val)
            SELECT NEW.id, f.field, 'contact', OLD.ver, f.old FROM (SELECT 'space' AS field, OLD.space AS old, NEW.space AS new, (OLD.space IS NOT NEW.space) AS written, NULL AS seen UNION ALL VALUES ('visibility', OLD.visibility, NEW.visibility, (OLD.visibility IS NOT NEW.visibility), NULL), ('deleted_at', OLD.deleted_at, NEW.deleted_at, (OLD.deleted_at IS NOT NEW.deleted_at), NULL), ('client_id', OLD.client_id, NEW.client_id, (OLD.client_id IS NOT NEW.client_id), NULL), ('site_id', OLD.site_id, NEW.site_id, (OLD.site_id IS NOT NEW.site_id), NULL), ('name', OLD.name, NEW.name, (OLD.name IS NOT NEW.name), NULL), ('role', OLD.role, NEW.role, (OLD.role IS NOT NEW.role), NULL), ('phone', OLD.phone, NEW.phone, (OLD.phone IS NOT NEW.phone), NULL), ('mobile', OLD.mobile, NEW.mobile, (OLD.mobile IS NOT NEW.mobile), NULL), ('email', OLD.email, NEW.email, (OLD.email IS NOT NEW.email), NULL), ('decides', OLD.decides, NEW.decides, (OLD.decides IS NOT NEW.decides), NULL), ('can_sign', OLD.can_sign, NEW.can_sign, (OLD.can_sign IS NOT NEW.can_sign), NULL), ('channel', OLD.channel, NEW.channel, (OLD.channel IS NOT NEW.channel), NULL), ('time_zone', OLD.time_zone, NEW.time_zone, (OLD.time_zone IS NOT NEW.time_zone), NULL), ('notes', OLD.notes, NEW.notes, (OLD.notes IS NOT NEW.notes), coalesce(OLD.notes, ''))) f WHERE f.written
            AND OLD.ver > 0 ON CONFLICT DO NOTHING;
            INSERT INTO change(txn, tbl, rec, field, old, new, base, seen)
            SELECT (SELECT n FROM txn WHERE state=0), 'contact', NEW.id, f.field, f.old, f.new,
                coalesce((SELECT base FROM shadow s WHERE s.rec=NEW.id AND s.field=f.field), 0), f.seen
            FROM (SELECT 'space' AS field, OLD.space AS old, NEW.space AS new, (OLD.space IS NOT NEW.space) AS written, NULL AS seen UNION ALL VALUES ('visibility', OLD.visibility, NEW.visibility, (OLD.visibility IS NOT NEW.visibility), NULL), ('deleted_at', OLD.deleted_at, NEW.deleted_at, (OLD.deleted_at IS NOT NEW.deleted_at), NULL), ('client_id', OLD.client_id, NEW.client_id, (OLD.client_id IS NOT NEW.client_id), NULL), ('site_id', OLD.site_id, NEW.site_id, (OLD.site_id IS NOT NEW.site_id), NULL), ('name', OLD.name, NEW.name, (OLD.name IS NOT NEW.name), NULL), ('role', OLD.role, NEW.role, (OLD.role IS NOT NEW.role), NULL), ('phone', OLD.phone, NEW.phone, (OLD.phone IS NOT NEW.phone), NULL), ('mobile', OLD.mobile, NEW.mobile, (OLD.mobile IS NOT NEW.mobile), NULL), ('email', OLD.email, NEW.email, (OLD.email IS NOT NEW.email), NULL), ('decides', OLD.decides, NEW.decides, (OLD.decides IS NOT NEW.decides), NULL), ('can_sign', OLD.can_sign, NEW.can_sign, (OLD.can_sign IS NOT NEW.can_sign), NULL), ('channel', OLD.channel, NEW.channel, (OLD.channel IS NOT NEW.channel), NULL), ('time_zone', OLD.time_zone, NEW.time_zone, (OLD.time_zone IS NOT NEW.time_zone), NULL), ('notes', OLD.notes, NEW.notes, (OLD.notes IS NOT NEW.notes), coalesce(OLD.notes, ''))) f WHERE f.written
            ON CONFLICT(rec, field, txn) DO UPDATE SET new=excluded.new;
        END;
CREATE TRIGGER contact_removed BEFORE DELETE ON contact WHEN coalesce((SELECT origin FROM txn WHERE state=0), 'L')='L' BEGIN
            SELECT RAISE(ABORT, 'milepost: a write outside a transaction') WHERE (SELECT origin FROM txn WHERE state=0) IS NULL;
            SELECT RAISE(ABORT, 'milepost: records are never removed; set deleted_at');
        END;
CREATE TRIGGER contact_identity BEFORE UPDATE OF id, space ON contact BEGIN
            SELECT RAISE(ABORT, 'milepost: a record keeps its id and its space')
            WHERE OLD.id IS NOT NEW.id OR OLD.space IS NOT NEW.space AND (SELECT origin FROM txn WHERE state=0)='L';
        END;
CREATE TRIGGER conflict_created AFTER INSERT ON conflict WHEN coalesce((SELECT origin FROM txn WHERE state=0), 'L')='L' BEGIN
            SELECT RAISE(ABORT, 'milepost: a write outside a transaction') WHERE (SELECT origin FROM txn WHERE state=0) IS NULL;
            INSERT INTO change(txn, tbl, rec, field, new, base)
            VALUES((SELECT n FROM txn WHERE state=0), 'conflict', NEW.id, '', json_patch('{}', json_object('space', NEW.space, 'visibility', NEW.visibility, 'deleted_at', NEW.deleted_at, 'kind', NEW.kind, 'rec', NEW.rec, 'field', NEW.field, 'winner', NEW.winner, 'winner_author', NEW.winner_author, 'winner_at', NEW.winner_at, 'winner_txn', NEW.winner_txn, 'loser', NEW.loser, 'loser_author', NEW.loser_author, 'loser_at', NEW.loser_at, 'loser_txn', NEW.loser_txn, 'base', NEW.base, 'decided', NEW.decided)), 0);
        END;
CREATE TRIGGER conflict_edited AFTER UPDATE OF space, visibility, deleted_at, kind, rec, field, winner, winner_author, winner_at, winner_txn, loser, loser_author, loser_at, loser_txn, base, decided ON conflict WHEN coalesce((SELECT origin FROM txn WHERE state=0), 'L')='L' BEGIN
            SELECT RAISE(ABORT, 'milepost: a write outside a transaction') WHERE (SELECT origin FROM txn WHERE state=0) IS NULL;
            INSERT INTO shadow(rec, field, tbl, base, val)
            SELECT NEW.id, f.field, 'conflict', OLD.ver, f.old FROM (SELECT 'space' AS field, OLD.space AS old, NEW.space AS new, (OLD.space IS NOT NEW.space) AS written, NULL AS seen UNION ALL VALUES ('visibility', OLD.visibility, NEW.visibility, (OLD.visibility IS NOT NEW.visibility), NULL), ('deleted_at', OLD.deleted_at, NEW.deleted_at, (OLD.deleted_at IS NOT NEW.deleted_at), NULL), ('kind', OLD.kind, NEW.kind, (OLD.kind IS NOT NEW.kind), NULL), ('rec', OLD.rec, NEW.rec, (OLD.rec IS NOT NEW.rec), NULL), ('field', OLD.field, NEW.field, (OLD.field IS NOT NEW.field), NULL), ('winner', OLD.winner, NEW.winner, (OLD.winner IS NOT NEW.winner), NULL), ('winner_author', OLD.winner_author, NEW.winner_author, (OLD.winner_author IS NOT NEW.winner_author), NULL), ('winner_at', OLD.winner_at, NEW.winner_at, (OLD.winner_at IS NOT NEW.winner_at), NULL), ('winner_txn', OLD.winner_txn, NEW.winner_txn, (OLD.winner_txn IS NOT NEW.winner_txn), NULL), ('loser', OLD.loser, NEW.loser, (OLD.loser IS NOT NEW.loser), NULL), ('loser_author', OLD.loser_author, NEW.loser_author, (OLD.loser_author IS NOT NEW.loser_author), NULL), ('loser_at', OLD.loser_at, NEW.loser_at, (OLD.loser_at IS NOT NEW.loser_at), NULL), ('loser_txn', OLD.loser_txn, NEW.loser_txn, (OLD.loser_txn IS NOT NEW.loser_txn), NULL), ('base', OLD.base, NEW.base, (OLD.base IS NOT NEW.base), NULL), ('decided', OLD.decided, NEW.decided, (OLD.decided IS NOT NEW.decided), NULL)) f WHERE f.written
            AND OLD.ver > 0 ON CONFLICT DO NOTHING;
            INSERT INTO change(txn, tbl, rec, field, old, new, base, seen)
            SELECT (SELECT n FROM txn WHERE state=0), 'conflict', NEW.id, f.field, f.old, f.new,
                coalesce((SELECT base FROM shadow s WHERE s.rec=NEW.id AND s.field=f.field), 0), f.seen
            FROM (SELECT 'space' AS field, OLD.space AS old, NEW.space AS new, (OLD.space IS NOT NEW.space) AS written, NULL AS seen UNION ALL VALUES ('visibility', OLD.visibility, NEW.visibility, (OLD.visibility IS NOT NEW.visibility), NULL), ('deleted_at', OLD.deleted_at, NEW.deleted_at, (OLD.deleted_at IS NOT NEW.deleted_at), NULL), ('kind', OLD.kind, NEW.kind, (OLD.kind IS NOT NEW.kind), NULL), ('rec', OLD.rec, NEW.rec, (OLD.rec IS NOT NEW.rec), NULL), ('field', OLD.field, NEW.field, (OLD.field IS NOT NEW.field), NULL), ('winner', OLD.winner, NEW.winner, (OLD.winner IS NOT NEW.winner), NULL), ('winner_author', OLD.winner_author, NEW.winner_author, (OLD.winner_author IS NOT NEW.winner_author), NULL), ('winner_at', OLD.winner_at, NEW.winner_at, (OLD.winner_at IS NOT NEW.winner_at), NULL), ('winner_txn', OLD.winner_txn, NEW.winner_txn, (OLD.winner_txn IS NOT NEW.winner_txn), NULL), ('loser', OLD.loser, NEW.loser, (OLD.loser IS NOT NEW.loser), NULL), ('loser_author', OLD.loser_author, NEW.loser_author, (OLD.loser_author IS NOT NEW.loser_author), NULL), ('loser_at', OLD.loser_at, NEW.loser_at, (OLD.loser_at IS NOT NEW.loser_at), NULL), ('loser_txn', OLD.loser_txn, NEW.loser_txn, (OLD.loser_txn IS NOT NEW.loser_txn), NULL), ('base', OLD.base, NEW.base, (OLD.base IS NOT NEW.base), NULL), ('decided', OLD.decided, NEW.decided, (OLD.decided IS NOT NEW.decided), NULL)) f WHERE f.written
            ON CONFLICT(rec, field, txn) DO UPDATE SET new=excluded.new;
        END;
CREATE TRIGGER conflict_removed BEFORE DELETE ON conflict WHEN coalesce((SELECT origin FROM txn WHERE state=0), 'L')='L' BEGIN
            SELECT RAISE(ABORT, 'milepost: a write outside a transaction') WHERE (SELECT origin FROM txn WHERE state=0) IS NULL;
            SELECT RAISE(ABORT, 'milepost: records are never removed; set deleted_at');
        END;
CREATE TRIGGER conflict_identity BEFORE UPDATE OF id, space ON conflict BEGIN
            SELECT RAISE(ABORT, 'milepost: a record keeps its id and its space')
            WHERE OLD.id IS NOT NEW.id OR OLD.space IS NOT NEW.space AND (SELECT origin FROM txn WHERE state=0)='L';
        END;
CREATE TRIGGER settlement_created AFTER INSERT ON settlement WHEN coalesce((SELECT origin FROM txn WHERE state=0), 'L')='L' BEGIN
            SELECT RAISE(ABORT, 'milepost: a write outside a transaction') WHERE (SELECT origin FROM txn WHERE state=0) IS NULL;
            INSERT INTO change(txn, tbl, rec, field, new, base)
            VALUES((SELECT n FROM txn WHERE state=0), 'settlement', NEW.id, '', json_patch('{}', json_object('space', NEW.space, 'visibility', NEW.visibility, 'deleted_at', NEW.deleted_at, 'conflict_id', NEW.conflict_id, 'choice', NEW.choice, 'value', NEW.value)), 0);
        END;
CREATE TRIGGER settlement_edited AFTER UPDATE OF space, visibility, deleted_at, conflict_id, choice, value ON settlement WHEN coalesce((SELECT origin FROM txn WHERE state=0), 'L')='L' BEGIN
            SELECT RAISE(ABORT, 'milepost: a write outside a transaction') WHERE (SELECT origin FROM txn WHERE state=0) IS NULL;
            INSERT INTO shadow(rec, field, tbl, base, val)
            SELECT NEW.id, f.field, 'settlement', OLD.ver, f.old FROM (SELECT 'space' AS field, OLD.space AS old, NEW.space AS new, (OLD.space IS NOT NEW.space) AS written, NULL AS seen UNION ALL VALUES ('visibility', OLD.visibility, NEW.visibility, (OLD.visibility IS NOT NEW.visibility), NULL), ('deleted_at', OLD.deleted_at, NEW.deleted_at, (OLD.deleted_at IS NOT NEW.deleted_at), NULL), ('conflict_id', OLD.conflict_id, NEW.conflict_id, (OLD.conflict_id IS NOT NEW.conflict_id), NULL), ('choice', OLD.choice, NEW.choice, (OLD.choice IS NOT NEW.choice), NULL), ('value', OLD.value, NEW.value, (OLD.value IS NOT NEW.value), NULL)) f WHERE f.written
            AND OLD.ver > 0 ON CONFLICT DO NOTHING;
            INSERT INTO change(txn, tbl, rec, field, old, new, base, seen)
            SELECT (SELECT n FROM txn WHERE state=0), 'settlement', NEW.id, f.field, f.old, f.new,
                coalesce((SELECT base FROM shadow s WHERE s.rec=NEW.id AND s.field=f.field), 0), f.seen
            FROM (SELECT 'space' AS field, OLD.space AS old, NEW.space AS new, (OLD.space IS NOT NEW.space) AS written, NULL AS seen UNION ALL VALUES ('visibility', OLD.visibility, NEW.visibility, (OLD.visibility IS NOT NEW.visibility), NULL), ('deleted_at', OLD.deleted_at, NEW.deleted_at, (OLD.deleted_at IS NOT NEW.deleted_at), NULL), ('conflict_id', OLD.conflict_id, NEW.conflict_id, (OLD.conflict_id IS NOT NEW.conflict_id), NULL), ('choice', OLD.choice, NEW.choice, (OLD.choice IS NOT NEW.choice), NULL), ('value', OLD.value, NEW.value, (OLD.value IS NOT NEW.value), NULL)) f WHERE f.written
            ON CONFLICT(rec, field, txn) DO UPDATE SET new=excluded.new;
        END;
CREATE TRIGGER settlement_removed BEFORE DELETE ON settlement WHEN coalesce((SELECT origin FROM txn WHERE state=0), 'L')='L' BEGIN
            SELECT RAISE(ABORT, 'milepost: a write outside a transaction') WHERE (SELECT origin FROM txn WHERE state=0) IS NULL;
            SELECT RAISE(ABORT, 'milepost: records are never removed; set deleted_at');
        END;
CREATE TRIGGER settlement_identity BEFORE UPDATE OF id, space ON settlement BEGIN
            SELECT RAISE(ABORT, 'milepost: a record keeps its id and its space')
            WHERE OLD.id IS NOT NEW.id OR OLD.space IS NOT NEW.space AND (SELECT origin FROM txn WHERE state=0)='L';
        END;
CREATE TRIGGER interaction_created AFTER INSERT ON interaction WHEN coalesce((SELECT origin FROM txn WHERE state=0), 'L')='L' BEGIN
            SELECT RAISE(ABORT, 'milepost: a write outside a transaction') WHERE (SELECT origin FROM txn WHERE state=0) IS NULL;
            INSERT INTO change(txn, tbl, rec, field, new, base)
            VALUES((SELECT n FROM txn WHERE state=0), 'interaction', NEW.id, '', json_patch('{}', json_object('space', NEW.space, 'visibility', NEW.visibility, 'deleted_at', NEW.deleted_at, 'client_id', NEW.client_id, 'contact_id', NEW.contact_id, 'project_id', NEW.project_id, 'name', NEW.name, 'channel', NEW.channel, 'at', NEW.at, 'notes', NEW.notes)), 0);
        END;
CREATE TRIGGER interaction_edited AFTER UPDATE OF space, visibility, deleted_at, client_id, contact_id, project_id, name, channel, at, notes ON interaction WHEN coalesce((SELECT origin FROM txn WHERE state=0), 'L')='L' BEGIN
            SELECT RAISE(ABORT, 'milepost: a write outside a transaction') WHERE (SELECT origin FROM txn WHERE state=0) IS NULL;
            INSERT INTO shadow(rec, field, tbl, base, val)
            SELECT NEW.id, f.field, 'interaction', OLD.ver, f.old FROM (SELECT 'space' AS field, OLD.space AS old, NEW.space AS new, (OLD.space IS NOT NEW.space) AS written, NULL AS seen UNION ALL VALUES ('visibility', OLD.visibility, NEW.visibility, (OLD.visibility IS NOT NEW.visibility), NULL), ('deleted_at', OLD.deleted_at, NEW.deleted_at, (OLD.deleted_at IS NOT NEW.deleted_at), NULL), ('client_id', OLD.client_id, NEW.client_id, (OLD.client_id IS NOT NEW.client_id), NULL), ('contact_id', OLD.contact_id, NEW.contact_id, (OLD.contact_id IS NOT NEW.contact_id), NULL), ('project_id', OLD.project_id, NEW.project_id, (OLD.project_id IS NOT NEW.project_id), NULL), ('name', OLD.name, NEW.name, (OLD.name IS NOT NEW.name), NULL), ('channel', OLD.channel, NEW.channel, (OLD.channel IS NOT NEW.channel), NULL), ('at', OLD.at, NEW.at, (OLD.at IS NOT NEW.at), NULL), ('notes', OLD.notes, NEW.notes, (OLD.notes IS NOT NEW.notes), coalesce(OLD.notes, ''))) f WHERE f.written
            AND OLD.ver > 0 ON CONFLICT DO NOTHING;
            INSERT INTO change(txn, tbl, rec, field, old, new, base, seen)
            SELECT (SELECT n FROM txn WHERE state=0), 'interaction', NEW.id, f.field, f.old, f.new,
                coalesce((SELECT base FROM shadow s WHERE s.rec=NEW.id AND s.field=f.field), 0), f.seen
            FROM (SELECT 'space' AS field, OLD.space AS old, NEW.space AS new, (OLD.space IS NOT NEW.space) AS written, NULL AS seen UNION ALL VALUES ('visibility', OLD.visibility, NEW.visibility, (OLD.visibility IS NOT NEW.visibility), NULL), ('deleted_at', OLD.deleted_at, NEW.deleted_at, (OLD.deleted_at IS NOT NEW.deleted_at), NULL), ('client_id', OLD.client_id, NEW.client_id, (OLD.client_id IS NOT NEW.client_id), NULL), ('contact_id', OLD.contact_id, NEW.contact_id, (OLD.contact_id IS NOT NEW.contact_id), NULL), ('project_id', OLD.project_id, NEW.project_id, (OLD.project_id IS NOT NEW.project_id), NULL), ('name', OLD.name, NEW.name, (OLD.name IS NOT NEW.name), NULL), ('channel', OLD.channel, NEW.channel, (OLD.channel IS NOT NEW.channel), NULL), ('at', OLD.at, NEW.at, (OLD.at IS NOT NEW.at), NULL), ('notes', OLD.notes, NEW.notes, (OLD.notes IS NOT NEW.notes), coalesce(OLD.notes, ''))) f WHERE f.written
            ON CONFLICT(rec, field, txn) DO UPDATE SET new=excluded.new;
        END;
CREATE TRIGGER interaction_removed BEFORE DELETE ON interaction WHEN coalesce((SELECT origin FROM txn WHERE state=0), 'L')='L' BEGIN
            SELECT RAISE(ABORT, 'milepost: a write outside a transaction') WHERE (SELECT origin FROM txn WHERE state=0) IS NULL;
            SELECT RAISE(ABORT, 'milepost: records are never removed; set deleted_at');
        END;
CREATE TRIGGER interaction_identity BEFORE UPDATE OF id, space ON interaction BEGIN
            SELECT RAISE(ABORT, 'milepost: a record keeps its id and its space')
            WHERE OLD.id IS NOT NEW.id OR OLD.space IS NOT NEW.space AND (SELECT origin FROM txn WHERE state=0)='L';
        END;
CREATE TRIGGER promise_created AFTER INSERT ON promise WHEN coalesce((SELECT origin FROM txn WHERE state=0), 'L')='L' BEGIN
            SELECT RAISE(ABORT, 'milepost: a write outside a transaction') WHERE (SELECT origin FROM txn WHERE state=0) IS NULL;
            INSERT INTO change(txn, tbl, rec, field, new, base)
            VALUES((SELECT n FROM txn WHERE state=0), 'promise', NEW.id, '', json_patch('{}', json_object('space', NEW.space, 'visibility', NEW.visibility, 'deleted_at', NEW.deleted_at, 'client_id', NEW.client_id, 'contact_id', NEW.contact_id, 'project_id', NEW.project_id, 'member_id', NEW.member_id, 'name', NEW.name, 'by', NEW.by, 'due', NEW.due, 'state', NEW.state, 'settled_on', NEW.settled_on, 'instead_of', NEW.instead_of, 'notes', NEW.notes)), 0);
        END;
CREATE TRIGGER promise_edited AFTER UPDATE OF space, visibility, deleted_at, client_id, contact_id, project_id, member_id, name, by, due, state, settled_on, instead_of, notes ON promise WHEN coalesce((SELECT origin FROM txn WHERE state=0), 'L')='L' BEGIN
            SELECT RAISE(ABORT, 'milepost: a write outside a transaction') WHERE (SELECT origin FROM txn WHERE state=0) IS NULL;
            INSERT INTO shadow(rec, field, tbl, base, val)
            SELECT NEW.id, f.field, 'promise', OLD.ver, f.old FROM (SELECT 'space' AS field, OLD.space AS old, NEW.space AS new, (OLD.space IS NOT NEW.space) AS written, NULL AS seen UNION ALL VALUES ('visibility', OLD.visibility, NEW.visibility, (OLD.visibility IS NOT NEW.visibility), NULL), ('deleted_at', OLD.deleted_at, NEW.deleted_at, (OLD.deleted_at IS NOT NEW.deleted_at), NULL), ('client_id', OLD.client_id, NEW.client_id, (OLD.client_id IS NOT NEW.client_id), NULL), ('contact_id', OLD.contact_id, NEW.contact_id, (OLD.contact_id IS NOT NEW.contact_id), NULL), ('project_id', OLD.project_id, NEW.project_id, (OLD.project_id IS NOT NEW.project_id), NULL), ('member_id', OLD.member_id, NEW.member_id, (OLD.member_id IS NOT NEW.member_id), NULL), ('name', OLD.name, NEW.name, (OLD.name IS NOT NEW.name), NULL), ('by', OLD.by, NEW.by, (OLD.by IS NOT NEW.by), NULL), ('due', OLD.due, NEW.due, (OLD.due IS NOT NEW.due), NULL), ('state', OLD.state, NEW.state, (OLD.state IS NOT NEW.state OR OLD.settled_on IS NOT NEW.settled_on), NULL), ('settled_on', OLD.settled_on, NEW.settled_on, (OLD.state IS NOT NEW.state OR OLD.settled_on IS NOT NEW.settled_on), NULL), ('instead_of', OLD.instead_of, NEW.instead_of, (OLD.instead_of IS NOT NEW.instead_of), NULL), ('notes', OLD.notes, NEW.notes, (OLD.notes IS NOT NEW.notes), coalesce(OLD.notes, ''))) f WHERE f.written
            AND OLD.ver > 0 ON CONFLICT DO NOTHING;
            INSERT INTO change(txn, tbl, rec, field, old, new, base, seen)
            SELECT (SELECT n FROM txn WHERE state=0), 'promise', NEW.id, f.field, f.old, f.new,
                coalesce((SELECT base FROM shadow s WHERE s.rec=NEW.id AND s.field=f.field), 0), f.seen
            FROM (SELECT 'space' AS field, OLD.space AS old, NEW.space AS new, (OLD.space IS NOT NEW.space) AS written, NULL AS seen UNION ALL VALUES ('visibility', OLD.visibility, NEW.visibility, (OLD.visibility IS NOT NEW.visibility), NULL), ('deleted_at', OLD.deleted_at, NEW.deleted_at, (OLD.deleted_at IS NOT NEW.deleted_at), NULL), ('client_id', OLD.client_id, NEW.client_id, (OLD.client_id IS NOT NEW.client_id), NULL), ('contact_id', OLD.contact_id, NEW.contact_id, (OLD.contact_id IS NOT NEW.contact_id), NULL), ('project_id', OLD.project_id, NEW.project_id, (OLD.project_id IS NOT NEW.project_id), NULL), ('member_id', OLD.member_id, NEW.member_id, (OLD.member_id IS NOT NEW.member_id), NULL), ('name', OLD.name, NEW.name, (OLD.name IS NOT NEW.name), NULL), ('by', OLD.by, NEW.by, (OLD.by IS NOT NEW.by), NULL), ('due', OLD.due, NEW.due, (OLD.due IS NOT NEW.due), NULL), ('state', OLD.state, NEW.state, (OLD.state IS NOT NEW.state OR OLD.settled_on IS NOT NEW.settled_on), NULL), ('settled_on', OLD.settled_on, NEW.settled_on, (OLD.state IS NOT NEW.state OR OLD.settled_on IS NOT NEW.settled_on), NULL), ('instead_of', OLD.instead_of, NEW.instead_of, (OLD.instead_of IS NOT NEW.instead_of), NULL), ('notes', OLD.notes, NEW.notes, (OLD.notes IS NOT NEW.notes), coalesce(OLD.notes, ''))) f WHERE f.written
            ON CONFLICT(rec, field, txn) DO UPDATE SET new=excluded.new;
        END;
CREATE TRIGGER promise_removed BEFORE DELETE ON promise WHEN coalesce((SELECT origin FROM txn WHERE state=0), 'L')='L' BEGIN
            SELECT RAISE(ABORT, 'milepost: a write outside a transaction') WHERE (SELECT origin FROM txn WHERE state=0) IS NULL;
            SELECT RAISE(ABORT, 'milepost: records are never removed; set deleted_at');
        END;
CREATE TRIGGER promise_identity BEFORE UPDATE OF id, space ON promise BEGIN
            SELECT RAISE(ABORT, 'milepost: a record keeps its id and its space')
            WHERE OLD.id IS NOT NEW.id OR OLD.space IS NOT NEW.space AND (SELECT origin FROM txn WHERE state=0)='L';
        END;
CREATE TRIGGER visit_created AFTER INSERT ON visit WHEN coalesce((SELECT origin FROM txn WHERE state=0), 'L')='L' BEGIN
            SELECT RAISE(ABORT, 'milepost: a write outside a transaction') WHERE (SELECT origin FROM txn WHERE state=0) IS NULL;
            INSERT INTO change(txn, tbl, rec, field, new, base)
            VALUES((SELECT n FROM txn WHERE state=0), 'visit', NEW.id, '', json_patch('{}', json_object('space', NEW.space, 'visibility', NEW.visibility, 'deleted_at', NEW.deleted_at, 'client_id', NEW.client_id, 'site_id', NEW.site_id, 'project_id', NEW.project_id, 'member_id', NEW.member_id, 'name', NEW.name, 'start', NEW.start, 'finish', NEW.finish, 'state', NEW.state, 'result', NEW.result, 'notes', NEW.notes)), 0);
        END;
CREATE TRIGGER visit_edited AFTER UPDATE OF space, visibility, deleted_at, client_id, site_id, project_id, member_id, name, start, finish, state, result, notes ON visit WHEN coalesce((SELECT origin FROM txn WHERE state=0), 'L')='L' BEGIN
            SELECT RAISE(ABORT, 'milepost: a write outside a transaction') WHERE (SELECT origin FROM txn WHERE state=0) IS NULL;
            INSERT INTO shadow(rec, field, tbl, base, val)
            SELECT NEW.id, f.field, 'visit', OLD.ver, f.old FROM (SELECT 'space' AS field, OLD.space AS old, NEW.space AS new, (OLD.space IS NOT NEW.space) AS written, NULL AS seen UNION ALL VALUES ('visibility', OLD.visibility, NEW.visibility, (OLD.visibility IS NOT NEW.visibility), NULL), ('deleted_at', OLD.deleted_at, NEW.deleted_at, (OLD.deleted_at IS NOT NEW.deleted_at), NULL), ('client_id', OLD.client_id, NEW.client_id, (OLD.client_id IS NOT NEW.client_id), NULL), ('site_id', OLD.site_id, NEW.site_id, (OLD.site_id IS NOT NEW.site_id), NULL), ('project_id', OLD.project_id, NEW.project_id, (OLD.project_id IS NOT NEW.project_id), NULL), ('member_id', OLD.member_id, NEW.member_id, (OLD.member_id IS NOT NEW.member_id), NULL), ('name', OLD.name, NEW.name, (OLD.name IS NOT NEW.name), NULL), ('start', OLD.start, NEW.start, (OLD.start IS NOT NEW.start OR OLD.finish IS NOT NEW.finish), NULL), ('finish', OLD.finish, NEW.finish, (OLD.start IS NOT NEW.start OR OLD.finish IS NOT NEW.finish), NULL), ('state', OLD.state, NEW.state, (OLD.state IS NOT NEW.state), NULL), ('result', OLD.result, NEW.result, (OLD.result IS NOT NEW.result), coalesce(OLD.result, '')), ('notes', OLD.notes, NEW.notes, (OLD.notes IS NOT NEW.notes), coalesce(OLD.notes, ''))) f WHERE f.written
            AND OLD.ver > 0 ON CONFLICT DO NOTHING;
            INSERT INTO change(txn, tbl, rec, field, old, new, base, seen)
            SELECT (SELECT n FROM txn WHERE state=0), 'visit', NEW.id, f.field, f.old, f.new,
                coalesce((SELECT base FROM shadow s WHERE s.rec=NEW.id AND s.field=f.field), 0), f.seen
            FROM (SELECT 'space' AS field, OLD.space AS old, NEW.space AS new, (OLD.space IS NOT NEW.space) AS written, NULL AS seen UNION ALL VALUES ('visibility', OLD.visibility, NEW.visibility, (OLD.visibility IS NOT NEW.visibility), NULL), ('deleted_at', OLD.deleted_at, NEW.deleted_at, (OLD.deleted_at IS NOT NEW.deleted_at), NULL), ('client_id', OLD.client_id, NEW.client_id, (OLD.client_id IS NOT NEW.client_id), NULL), ('site_id', OLD.site_id, NEW.site_id, (OLD.site_id IS NOT NEW.site_id), NULL), ('project_id', OLD.project_id, NEW.project_id, (OLD.project_id IS NOT NEW.project_id), NULL), ('member_id', OLD.member_id, NEW.member_id, (OLD.member_id IS NOT NEW.member_id), NULL), ('name', OLD.name, NEW.name, (OLD.name IS NOT NEW.name), NULL), ('start', OLD.start, NEW.start, (OLD.start IS NOT NEW.start OR OLD.finish IS NOT NEW.finish), NULL), ('finish', OLD.finish, NEW.finish, (OLD.start IS NOT NEW.start OR OLD.finish IS NOT NEW.finish), NULL), ('state', OLD.state, NEW.state, (OLD.state IS NOT NEW.state), NULL), ('result', OLD.result, NEW.result, (OLD.result IS NOT NEW.result), coalesce(OLD.result, '')), ('notes', OLD.notes, NEW.notes, (OLD.notes IS NOT NEW.notes), coalesce(OLD.notes, ''))) f WHERE f.written
            ON CONFLICT(rec, field, txn) DO UPDATE SET new=excluded.new;
        END;
CREATE TRIGGER visit_removed BEFORE DELETE ON visit WHEN coalesce((SELECT origin FROM txn WHERE state=0), 'L')='L' BEGIN
            SELECT RAISE(ABORT, 'milepost: a write outside a transaction') WHERE (SELECT origin FROM txn WHERE state=0) IS NULL;
            SELECT RAISE(ABORT, 'milepost: records are never removed; set deleted_at');
        END;
CREATE TRIGGER visit_identity BEFORE UPDATE OF id, space ON visit BEGIN
            SELECT RAISE(ABORT, 'milepost: a record keeps its id and its space')
            WHERE OLD.id IS NOT NEW.id OR OLD.space IS NOT NEW.space AND (SELECT origin FROM txn WHERE state=0)='L';
        END;
CREATE TRIGGER project_created AFTER INSERT ON project WHEN coalesce((SELECT origin FROM txn WHERE state=0), 'L')='L' BEGIN
            SELECT RAISE(ABORT, 'milepost: a write outside a transaction') WHERE (SELECT origin FROM txn WHERE state=0) IS NULL;
            INSERT INTO change(txn, tbl, rec, field, new, base)
            VALUES((SELECT n FROM txn WHERE state=0), 'project', NEW.id, '', json_patch('{}', json_object('space', NEW.space, 'visibility', NEW.visibility, 'deleted_at', NEW.deleted_at, 'name', NEW.name, 'number', NEW.number, 'client_id', NEW.client_id, 'site_id', NEW.site_id, 'manager_id', NEW.manager_id, 'start', NEW.start, 'finish', NEW.finish, 'schedule_from', NEW.schedule_from, 'status_date', NEW.status_date, 'reschedule_uncompleted', NEW.reschedule_uncompleted, 'calendar_id', NEW.calendar_id, 'client_calendar_id', NEW.client_calendar_id, 'minutes_per_day', NEW.minutes_per_day, 'minutes_per_week', NEW.minutes_per_week, 'days_per_month', NEW.days_per_month, 'day_start', NEW.day_start, 'day_finish', NEW.day_finish, 'honour_constraints', NEW.honour_constraints, 'critical_limit_minutes', NEW.critical_limit_minutes, 'hold_reason', NEW.hold_reason, 'hold_waiting_on', NEW.hold_waiting_on, 'hold_since', NEW.hold_since, 'cancelled_reason', NEW.cancelled_reason, 'team', NEW.team, 'notes', NEW.notes, 'source', NEW.source)), 0);
        END;
CREATE TRIGGER project_edited AFTER UPDATE OF space, visibility, deleted_at, name, number, client_id, site_id, manager_id, start, finish, schedule_from, status_date, reschedule_uncompleted, calendar_id, client_calendar_id, minutes_per_day, minutes_per_week, days_per_month, day_start, day_finish, honour_constraints, critical_limit_minutes, hold_reason, hold_waiting_on, hold_since, cancelled_reason, team, notes, source ON project WHEN coalesce((SELECT origin FROM txn WHERE state=0), 'L')='L' BEGIN
            SELECT RAISE(ABORT, 'milepost: a write outside a transaction') WHERE (SELECT origin FROM txn WHERE state=0) IS NULL;
            INSERT INTO shadow(rec, field, tbl, base, val)
            SELECT NEW.id, f.field, 'project', OLD.ver, f.old FROM (SELECT 'space' AS field, OLD.space AS old, NEW.space AS new, (OLD.space IS NOT NEW.space) AS written, NULL AS seen UNION ALL VALUES ('visibility', OLD.visibility, NEW.visibility, (OLD.visibility IS NOT NEW.visibility), NULL), ('deleted_at', OLD.deleted_at, NEW.deleted_at, (OLD.deleted_at IS NOT NEW.deleted_at), NULL), ('name', OLD.name, NEW.name, (OLD.name IS NOT NEW.name), NULL), ('number', OLD.number, NEW.number, (OLD.number IS NOT NEW.number), NULL), ('client_id', OLD.client_id, NEW.client_id, (OLD.client_id IS NOT NEW.client_id), NULL), ('site_id', OLD.site_id, NEW.site_id, (OLD.site_id IS NOT NEW.site_id), NULL), ('manager_id', OLD.manager_id, NEW.manager_id, (OLD.manager_id IS NOT NEW.manager_id), NULL), ('start', OLD.start, NEW.start, (OLD.start IS NOT NEW.start OR OLD.finish IS NOT NEW.finish OR OLD.schedule_from IS NOT NEW.schedule_from), NULL), ('finish', OLD.finish, NEW.finish, (OLD.start IS NOT NEW.start OR OLD.finish IS NOT NEW.finish OR OLD.schedule_from IS NOT NEW.schedule_from), NULL), ('schedule_from', OLD.schedule_from, NEW.schedule_from, (OLD.start IS NOT NEW.start OR OLD.finish IS NOT NEW.finish OR OLD.schedule_from IS NOT NEW.schedule_from), NULL), ('status_date', OLD.status_date, NEW.status_date, (OLD.status_date IS NOT NEW.status_date), NULL), ('reschedule_uncompleted', OLD.reschedule_uncompleted, NEW.reschedule_uncompleted, (OLD.reschedule_uncompleted IS NOT NEW.reschedule_uncompleted), NULL), ('calendar_id', OLD.calendar_id, NEW.calendar_id, (OLD.calendar_id IS NOT NEW.calendar_id), NULL), ('client_calendar_id', OLD.client_calendar_id, NEW.client_calendar_id, (OLD.client_calendar_id IS NOT NEW.client_calendar_id), NULL), ('minutes_per_day', OLD.minutes_per_day, NEW.minutes_per_day, (OLD.minutes_per_day IS NOT NEW.minutes_per_day), NULL), ('minutes_per_week', OLD.minutes_per_week, NEW.minutes_per_week, (OLD.minutes_per_week IS NOT NEW.minutes_per_week), NULL), ('days_per_month', OLD.days_per_month, NEW.days_per_month, (OLD.days_per_month IS NOT NEW.days_per_month), NULL), ('day_start', OLD.day_start, NEW.day_start, (OLD.day_start IS NOT NEW.day_start), NULL), ('day_finish', OLD.day_finish, NEW.day_finish, (OLD.day_finish IS NOT NEW.day_finish), NULL), ('honour_constraints', OLD.honour_constraints, NEW.honour_constraints, (OLD.honour_constraints IS NOT NEW.honour_constraints), NULL), ('critical_limit_minutes', OLD.critical_limit_minutes, NEW.critical_limit_minutes, (OLD.critical_limit_minutes IS NOT NEW.critical_limit_minutes), NULL), ('hold_reason', OLD.hold_reason, NEW.hold_reason, (OLD.hold_reason IS NOT NEW.hold_reason OR OLD.hold_waiting_on IS NOT NEW.hold_waiting_on OR OLD.hold_since IS NOT NEW.hold_since), NULL), ('hold_waiting_on', OLD.hold_waiting_on, NEW.hold_waiting_on, (OLD.hold_reason IS NOT NEW.hold_reason OR OLD.hold_waiting_on IS NOT NEW.hold_waiting_on OR OLD.hold_since IS NOT NEW.hold_since), NULL), ('hold_since', OLD.hold_since, NEW.hold_since, (OLD.hold_reason IS NOT NEW.hold_reason OR OLD.hold_waiting_on IS NOT NEW.hold_waiting_on OR OLD.hold_since IS NOT NEW.hold_since), NULL), ('cancelled_reason', OLD.cancelled_reason, NEW.cancelled_reason, (OLD.cancelled_reason IS NOT NEW.cancelled_reason), NULL), ('team', OLD.team, NEW.team, (OLD.team IS NOT NEW.team), NULL), ('notes', OLD.notes, NEW.notes, (OLD.notes IS NOT NEW.notes), coalesce(OLD.notes, '')), ('source', OLD.source, NEW.source, (OLD.source IS NOT NEW.source), NULL)) f WHERE f.written
            AND OLD.ver > 0 ON CONFLICT DO NOTHING;
            INSERT INTO change(txn, tbl, rec, field, old, new, base, seen)
            SELECT (SELECT n FROM txn WHERE state=0), 'project', NEW.id, f.field, f.old, f.new,
                coalesce((SELECT base FROM shadow s WHERE s.rec=NEW.id AND s.field=f.field), 0), f.seen
            FROM (SELECT 'space' AS field, OLD.space AS old, NEW.space AS new, (OLD.space IS NOT NEW.space) AS written, NULL AS seen UNION ALL VALUES ('visibility', OLD.visibility, NEW.visibility, (OLD.visibility IS NOT NEW.visibility), NULL), ('deleted_at', OLD.deleted_at, NEW.deleted_at, (OLD.deleted_at IS NOT NEW.deleted_at), NULL), ('name', OLD.name, NEW.name, (OLD.name IS NOT NEW.name), NULL), ('number', OLD.number, NEW.number, (OLD.number IS NOT NEW.number), NULL), ('client_id', OLD.client_id, NEW.client_id, (OLD.client_id IS NOT NEW.client_id), NULL), ('site_id', OLD.site_id, NEW.site_id, (OLD.site_id IS NOT NEW.site_id), NULL), ('manager_id', OLD.manager_id, NEW.manager_id, (OLD.manager_id IS NOT NEW.manager_id), NULL), ('start', OLD.start, NEW.start, (OLD.start IS NOT NEW.start OR OLD.finish IS NOT NEW.finish OR OLD.schedule_from IS NOT NEW.schedule_from), NULL), ('finish', OLD.finish, NEW.finish, (OLD.start IS NOT NEW.start OR OLD.finish IS NOT NEW.finish OR OLD.schedule_from IS NOT NEW.schedule_from), NULL), ('schedule_from', OLD.schedule_from, NEW.schedule_from, (OLD.start IS NOT NEW.start OR OLD.finish IS NOT NEW.finish OR OLD.schedule_from IS NOT NEW.schedule_from), NULL), ('status_date', OLD.status_date, NEW.status_date, (OLD.status_date IS NOT NEW.status_date), NULL), ('reschedule_uncompleted', OLD.reschedule_uncompleted, NEW.reschedule_uncompleted, (OLD.reschedule_uncompleted IS NOT NEW.reschedule_uncompleted), NULL), ('calendar_id', OLD.calendar_id, NEW.calendar_id, (OLD.calendar_id IS NOT NEW.calendar_id), NULL), ('client_calendar_id', OLD.client_calendar_id, NEW.client_calendar_id, (OLD.client_calendar_id IS NOT NEW.client_calendar_id), NULL), ('minutes_per_day', OLD.minutes_per_day, NEW.minutes_per_day, (OLD.minutes_per_day IS NOT NEW.minutes_per_day), NULL), ('minutes_per_week', OLD.minutes_per_week, NEW.minutes_per_week, (OLD.minutes_per_week IS NOT NEW.minutes_per_week), NULL), ('days_per_month', OLD.days_per_month, NEW.days_per_month, (OLD.days_per_month IS NOT NEW.days_per_month), NULL), ('day_start', OLD.day_start, NEW.day_start, (OLD.day_start IS NOT NEW.day_start), NULL), ('day_finish', OLD.day_finish, NEW.day_finish, (OLD.day_finish IS NOT NEW.day_finish), NULL), ('honour_constraints', OLD.honour_constraints, NEW.honour_constraints, (OLD.honour_constraints IS NOT NEW.honour_constraints), NULL), ('critical_limit_minutes', OLD.critical_limit_minutes, NEW.critical_limit_minutes, (OLD.critical_limit_minutes IS NOT NEW.critical_limit_minutes), NULL), ('hold_reason', OLD.hold_reason, NEW.hold_reason, (OLD.hold_reason IS NOT NEW.hold_reason OR OLD.hold_waiting_on IS NOT NEW.hold_waiting_on OR OLD.hold_since IS NOT NEW.hold_since), NULL), ('hold_waiting_on', OLD.hold_waiting_on, NEW.hold_waiting_on, (OLD.hold_reason IS NOT NEW.hold_reason OR OLD.hold_waiting_on IS NOT NEW.hold_waiting_on OR OLD.hold_since IS NOT NEW.hold_since), NULL), ('hold_since', OLD.hold_since, NEW.hold_since, (OLD.hold_reason IS NOT NEW.hold_reason OR OLD.hold_waiting_on IS NOT NEW.hold_waiting_on OR OLD.hold_since IS NOT NEW.hold_since), NULL), ('cancelled_reason', OLD.cancelled_reason, NEW.cancelled_reason, (OLD.cancelled_reason IS NOT NEW.cancelled_reason), NULL), ('team', OLD.team, NEW.team, (OLD.team IS NOT NEW.team), NULL), ('notes', OLD.notes, NEW.notes, (OLD.notes IS NOT NEW.notes), coalesce(OLD.notes, '')), ('source', OLD.source, NEW.source, (OLD.source IS NOT NEW.source), NULL)) f WHERE f.written
            ON CONFLICT(rec, field, txn) DO UPDATE SET new=excluded.new;
        END;
CREATE TRIGGER project_removed BEFORE DELETE ON project WHEN coalesce((SELECT origin FROM txn WHERE state=0), 'L')='L' BEGIN
            SELECT RAISE(ABORT, 'milepost: a write outside a transaction') WHERE (SELECT origin FROM txn WHERE state=0) IS NULL;
            SELECT RAISE(ABORT, 'milepost: records are never removed; set deleted_at');
        END;
CREATE TRIGGER project_identity BEFORE UPDATE OF id, space ON project BEGIN
            SELECT RAISE(ABORT, 'milepost: a record keeps its id and its space')
            WHERE OLD.id IS NOT NEW.id OR OLD.space IS NOT NEW.space AND (SELECT origin FROM txn WHERE state=0)='L';
        END;
