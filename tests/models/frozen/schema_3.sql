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
INSERT INTO change VALUES(1,1,'client','01a22823-ad09-746f-a0a0-333891dddd22','',NULL,'{"space":"workspace","visibility":"internal","name":"Harlan Fab","city":"Ostrava"}',0,1,NULL);
INSERT INTO change VALUES(2,2,'project','01a22823-ad25-7422-b69d-e76e0b81b2bd','',NULL,'{"space":"workspace","visibility":"internal","name":"Line 2 retrofit","client_id":"01a22823-ad09-746f-a0a0-333891dddd22","start":"2026-11-29T08:00","schedule_from":"start","minutes_per_day":480,"minutes_per_week":2400,"days_per_month":20,"day_start":480,"day_finish":1020,"honour_constraints":1,"critical_limit_minutes":0}',0,1,NULL);
INSERT INTO change VALUES(3,3,'task','01a22823-ad32-743f-b1f0-49792593c4ad','',NULL,'{"space":"workspace","visibility":"internal","project_id":"01a22823-ad25-7422-b69d-e76e0b81b2bd","rank":"a0","name":"Lay cables","milestone":0,"mode":"auto","type":"fixed units","duration_minutes":480,"constraint_type":"ASAP","percent_complete":0,"priority":500}',0,1,NULL);
INSERT INTO change VALUES(4,3,'task','01a22823-ad33-7289-bea2-48e77e6a7498','',NULL,'{"space":"workspace","visibility":"internal","project_id":"01a22823-ad25-7422-b69d-e76e0b81b2bd","rank":"a1","name":"Wire cabinets","milestone":0,"mode":"auto","type":"fixed units","duration_minutes":480,"constraint_type":"ASAP","percent_complete":0,"priority":500}',0,1,NULL);
INSERT INTO change VALUES(5,4,'dependency','01a22823-ad39-70b1-83d2-c4ab0c7a15a7','',NULL,'{"space":"workspace","visibility":"internal","project_id":"01a22823-ad25-7422-b69d-e76e0b81b2bd","predecessor_id":"01a22823-ad32-743f-b1f0-49792593c4ad","successor_id":"01a22823-ad33-7289-bea2-48e77e6a7498","type":"FS","lag":0,"lag_unit":"working"}',0,1,NULL);
INSERT INTO change VALUES(6,5,'task','01a22823-ad33-7289-bea2-48e77e6a7498','notes',NULL,'ask Ines for the drawings',0,1,'');
INSERT INTO change VALUES(7,6,'task','01a22823-ad33-7289-bea2-48e77e6a7498','notes','ask Ines for the drawings',NULL,NULL,1,NULL);
INSERT INTO client VALUES('01a22823-ad09-746f-a0a0-333891dddd22','workspace','internal',NULL,NULL,0,'Harlan Fab',NULL,NULL,'Ostrava',NULL,NULL,NULL,NULL);
INSERT INTO dependency VALUES('01a22823-ad39-70b1-83d2-c4ab0c7a15a7','workspace','internal',NULL,NULL,0,'01a22823-ad25-7422-b69d-e76e0b81b2bd','01a22823-ad32-743f-b1f0-49792593c4ad','01a22823-ad33-7289-bea2-48e77e6a7498','FS',0,'working',NULL);
INSERT INTO meta VALUES('replica','01a22823-accf-7244-bb00-31b2e025cf4d');
INSERT INTO project VALUES('01a22823-ad25-7422-b69d-e76e0b81b2bd','workspace','internal',NULL,NULL,0,'Line 2 retrofit',NULL,'01a22823-ad09-746f-a0a0-333891dddd22',NULL,NULL,'2026-11-29T08:00',NULL,'start',NULL,NULL,NULL,NULL,480,2400,20,480,1020,1,0,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO task VALUES('01a22823-ad32-743f-b1f0-49792593c4ad','workspace','internal',NULL,NULL,0,'01a22823-ad25-7422-b69d-e76e0b81b2bd',NULL,'a0','Lay cables',0,'auto','fixed units',NULL,480,NULL,NULL,'ASAP',NULL,NULL,NULL,NULL,NULL,NULL,NULL,0,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,500,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO task VALUES('01a22823-ad33-7289-bea2-48e77e6a7498','workspace','internal',NULL,NULL,0,'01a22823-ad25-7422-b69d-e76e0b81b2bd',NULL,'a1','Wire cabinets',0,'auto','fixed units',NULL,480,NULL,NULL,'ASAP',NULL,NULL,NULL,NULL,NULL,NULL,NULL,0,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,500,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO txn VALUES(1,'01a22823-ad09-746f-a0a0-3337074acd9f','L','do',NULL,'New client',NULL,1795969756425,1,NULL,NULL,0);
INSERT INTO txn VALUES(2,'01a22823-ad25-7422-b69d-e76d4b33a5a6','L','do',NULL,'New project',NULL,1795969756453,1,NULL,NULL,0);
INSERT INTO txn VALUES(3,'01a22823-ad2d-7305-ad62-7d50ef66f30f','L','do',NULL,'Tasks',NULL,1795969756461,1,NULL,NULL,0);
INSERT INTO txn VALUES(4,'01a22823-ad39-70b1-83d2-c4aa71c37379','L','do',NULL,'Link',NULL,1795969756473,1,NULL,NULL,0);
INSERT INTO txn VALUES(5,'01a22823-ad42-7541-973e-e65622ddf2b8','L','do',NULL,'Ask',NULL,1795969756482,6,NULL,NULL,0);
INSERT INTO txn VALUES(6,'01a22823-ad46-7525-bf99-732f79d3d176','L','undo','01a22823-ad42-7541-973e-e65622ddf2b8','Ask',NULL,1795969756486,6,NULL,NULL,0);
CREATE TRIGGER member_created AFTER INSERT ON member WHEN coalesce((SELECT origin FROM txn WHERE state=0), 'L')='L' BEGIN
            SELECT RAISE(ABORT, 'milepost: a write outside a transaction') WHERE (SELECT origin FROM txn WHERE state=0) IS NULL;
            INSERT INTO change(txn, tbl, rec, field, new, base)
            VALUES((SELECT n FROM txn WHERE state=0), 'member', NEW.id, '', json_patch('{}', json_object('space', NEW.space, 'visibility', NEW.visibility, 'deleted_at', NEW.deleted_at, 'name', NEW.name, 'initials', NEW.initials, 'role', NEW.role, 'email', NEW.email, 'phone', NEW.phone, 'type', NEW.type, 'max_units', NEW.max_units, 'calendar_id', NEW.calendar_id, 'generic', NEW.generic, 'inactive', NEW.inactive, 'notes', NEW.notes, 'source_uid', NEW.source_uid)), 0);
        END;
CREATE TRIGGER member_edited AFTER UPDATE OF space, visibility, deleted_at, name, initials, role, email, phone, type, max_units, calendar_id, generic, inactive, notes, source_uid ON member WHEN coalesce((SELECT origin FROM txn WHERE state=0), 'L')='L' BEGIN
            SELECT RAISE(ABORT, 'milepost: a write outside a transaction') WHERE (SELECT origin FROM txn WHERE state=0) IS NULL;
            INSERT INTO change(txn, tbl, rec, field, old, new, base, seen)
            SELECT (SELECT n FROM txn WHERE state=0), 'member', NEW.id, f.field, f.old, f.new,
                coalesce((SELECT base FROM shadow s WHERE s.rec=NEW.id AND s.field=f.field), OLD.ver, 0),
                CASE WHEN f.field IN ('notes') THEN coalesce(f.old, '') END
            FROM (SELECT 'space' AS field, OLD.space AS old, NEW.space AS new UNION ALL VALUES ('visibility', OLD.visibility, NEW.visibility), ('deleted_at', OLD.deleted_at, NEW.deleted_at), ('name', OLD.name, NEW.name), ('initials', OLD.initials, NEW.initials), ('role', OLD.role, NEW.role), ('email', OLD.email, NEW.email), ('phone', OLD.phone, NEW.phone), ('type', OLD.type, NEW.type), ('max_units', OLD.max_units, NEW.max_units), ('calendar_id', OLD.calendar_id, NEW.calendar_id), ('generic', OLD.generic, NEW.generic), ('inactive', OLD.inactive, NEW.inactive), ('notes', OLD.notes, NEW.notes), ('source_uid', OLD.source_uid, NEW.source_uid)) f WHERE f.old IS NOT f.new
            ON CONFLICT(rec, field, txn) DO UPDATE SET new=excluded.new;
            INSERT INTO shadow(rec, field, tbl, base, val)
            SELECT rec, field, tbl, OLD.ver, old FROM change
            WHERE rec=NEW.id AND txn=(SELECT n FROM txn WHERE state=0) AND field<>'' AND OLD.ver > 0
            ON CONFLICT DO NOTHING;
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
            INSERT INTO change(txn, tbl, rec, field, old, new, base, seen)
            SELECT (SELECT n FROM txn WHERE state=0), 'assignment', NEW.id, f.field, f.old, f.new,
                coalesce((SELECT base FROM shadow s WHERE s.rec=NEW.id AND s.field=f.field), OLD.ver, 0),
                CASE WHEN f.field IN ('notes') THEN coalesce(f.old, '') END
            FROM (SELECT 'space' AS field, OLD.space AS old, NEW.space AS new UNION ALL VALUES ('visibility', OLD.visibility, NEW.visibility), ('deleted_at', OLD.deleted_at, NEW.deleted_at), ('task_id', OLD.task_id, NEW.task_id), ('member_id', OLD.member_id, NEW.member_id), ('units', OLD.units, NEW.units), ('work_minutes', OLD.work_minutes, NEW.work_minutes), ('actual_work_minutes', OLD.actual_work_minutes, NEW.actual_work_minutes), ('remaining_work_minutes', OLD.remaining_work_minutes, NEW.remaining_work_minutes), ('percent_work_complete', OLD.percent_work_complete, NEW.percent_work_complete), ('actual_start', OLD.actual_start, NEW.actual_start), ('actual_finish', OLD.actual_finish, NEW.actual_finish), ('stop', OLD.stop, NEW.stop), ('resume', OLD.resume, NEW.resume), ('delay_minutes', OLD.delay_minutes, NEW.delay_minutes), ('levelling_delay_minutes', OLD.levelling_delay_minutes, NEW.levelling_delay_minutes), ('notes', OLD.notes, NEW.notes), ('source_uid', OLD.source_uid, NEW.source_uid)) f WHERE f.old IS NOT f.new OR f.field IN ('actual_start', 'actual_finish', 'stop', 'resume') AND (OLD.actual_start IS NOT NEW.actual_start OR OLD.actual_finish IS NOT NEW.actual_finish OR OLD.stop IS NOT NEW.stop OR OLD.resume IS NOT NEW.resume)
            ON CONFLICT(rec, field, txn) DO UPDATE SET new=excluded.new;
            INSERT INTO shadow(rec, field, tbl, base, val)
            SELECT rec, field, tbl, OLD.ver, old FROM change
            WHERE rec=NEW.id AND txn=(SELECT n FROM txn WHERE state=0) AND field<>'' AND OLD.ver > 0
            ON CONFLICT DO NOTHING;
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
            INSERT INTO change(txn, tbl, rec, field, old, new, base, seen)
            SELECT (SELECT n FROM txn WHERE state=0), 'task', NEW.id, f.field, f.old, f.new,
                coalesce((SELECT base FROM shadow s WHERE s.rec=NEW.id AND s.field=f.field), OLD.ver, 0),
                CASE WHEN f.field IN ('notes') THEN coalesce(f.old, '') END
            FROM (SELECT 'space' AS field, OLD.space AS old, NEW.space AS new UNION ALL VALUES ('visibility', OLD.visibility, NEW.visibility), ('deleted_at', OLD.deleted_at, NEW.deleted_at), ('project_id', OLD.project_id, NEW.project_id), ('parent_id', OLD.parent_id, NEW.parent_id), ('rank', OLD.rank, NEW.rank), ('name', OLD.name, NEW.name), ('milestone', OLD.milestone, NEW.milestone), ('mode', OLD.mode, NEW.mode), ('type', OLD.type, NEW.type), ('effort_driven', OLD.effort_driven, NEW.effort_driven), ('duration_minutes', OLD.duration_minutes, NEW.duration_minutes), ('elapsed', OLD.elapsed, NEW.elapsed), ('estimated', OLD.estimated, NEW.estimated), ('constraint_type', OLD.constraint_type, NEW.constraint_type), ('constraint_date', OLD.constraint_date, NEW.constraint_date), ('deadline', OLD.deadline, NEW.deadline), ('repeats', OLD.repeats, NEW.repeats), ('manual_start', OLD.manual_start, NEW.manual_start), ('manual_finish', OLD.manual_finish, NEW.manual_finish), ('actual_start', OLD.actual_start, NEW.actual_start), ('actual_finish', OLD.actual_finish, NEW.actual_finish), ('percent_complete', OLD.percent_complete, NEW.percent_complete), ('remaining_minutes', OLD.remaining_minutes, NEW.remaining_minutes), ('stop', OLD.stop, NEW.stop), ('resume', OLD.resume, NEW.resume), ('segments', OLD.segments, NEW.segments), ('side', OLD.side, NEW.side), ('calendar_id', OLD.calendar_id, NEW.calendar_id), ('ignore_resource_calendar', OLD.ignore_resource_calendar, NEW.ignore_resource_calendar), ('levelling_delay_minutes', OLD.levelling_delay_minutes, NEW.levelling_delay_minutes), ('priority', OLD.priority, NEW.priority), ('inactive', OLD.inactive, NEW.inactive), ('blocked_reason', OLD.blocked_reason, NEW.blocked_reason), ('waiting_on', OLD.waiting_on, NEW.waiting_on), ('blocked_since', OLD.blocked_since, NEW.blocked_since), ('not_applicable_reason', OLD.not_applicable_reason, NEW.not_applicable_reason), ('wbs', OLD.wbs, NEW.wbs), ('hyperlink', OLD.hyperlink, NEW.hyperlink), ('notes', OLD.notes, NEW.notes), ('source_uid', OLD.source_uid, NEW.source_uid)) f WHERE f.old IS NOT f.new OR f.field IN ('parent_id', 'rank') AND (OLD.parent_id IS NOT NEW.parent_id OR OLD.rank IS NOT NEW.rank) OR f.field IN ('constraint_type', 'constraint_date') AND (OLD.constraint_type IS NOT NEW.constraint_type OR OLD.constraint_date IS NOT NEW.constraint_date) OR f.field IN ('manual_start', 'manual_finish') AND (OLD.manual_start IS NOT NEW.manual_start OR OLD.manual_finish IS NOT NEW.manual_finish) OR f.field IN ('actual_start', 'actual_finish', 'percent_complete', 'remaining_minutes', 'stop', 'resume', 'segments', 'blocked_reason', 'waiting_on', 'blocked_since', 'not_applicable_reason') AND (OLD.actual_start IS NOT NEW.actual_start OR OLD.actual_finish IS NOT NEW.actual_finish OR OLD.percent_complete IS NOT NEW.percent_complete OR OLD.remaining_minutes IS NOT NEW.remaining_minutes OR OLD.stop IS NOT NEW.stop OR OLD.resume IS NOT NEW.resume OR OLD.segments IS NOT NEW.segments OR OLD.blocked_reason IS NOT NEW.blocked_reason OR OLD.waiting_on IS NOT NEW.waiting_on OR OLD.blocked_since IS NOT NEW.blocked_since OR OLD.not_applicable_reason IS NOT NEW.not_applicable_reason)
            ON CONFLICT(rec, field, txn) DO UPDATE SET new=excluded.new;
            INSERT INTO shadow(rec, field, tbl, base, val)
            SELECT rec, field, tbl, OLD.ver, old FROM change
            WHERE rec=NEW.id AND txn=(SELECT n FROM txn WHERE state=0) AND field<>'' AND OLD.ver > 0
            ON CONFLICT DO NOTHING;
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
            INSERT INTO change(txn, tbl, rec, field, old, new, base, seen)
            SELECT (SELECT n FROM txn WHERE state=0), 'dependency', NEW.id, f.field, f.old, f.new,
                coalesce((SELECT base FROM shadow s WHERE s.rec=NEW.id AND s.field=f.field), OLD.ver, 0),
                NULL
            FROM (SELECT 'space' AS field, OLD.space AS old, NEW.space AS new UNION ALL VALUES ('visibility', OLD.visibility, NEW.visibility), ('deleted_at', OLD.deleted_at, NEW.deleted_at), ('project_id', OLD.project_id, NEW.project_id), ('predecessor_id', OLD.predecessor_id, NEW.predecessor_id), ('successor_id', OLD.successor_id, NEW.successor_id), ('type', OLD.type, NEW.type), ('lag', OLD.lag, NEW.lag), ('lag_unit', OLD.lag_unit, NEW.lag_unit), ('lag_shown', OLD.lag_shown, NEW.lag_shown)) f WHERE f.old IS NOT f.new OR f.field IN ('predecessor_id', 'successor_id') AND (OLD.predecessor_id IS NOT NEW.predecessor_id OR OLD.successor_id IS NOT NEW.successor_id) OR f.field IN ('lag', 'lag_unit', 'lag_shown') AND (OLD.lag IS NOT NEW.lag OR OLD.lag_unit IS NOT NEW.lag_unit OR OLD.lag_shown IS NOT NEW.lag_shown)
            ON CONFLICT(rec, field, txn) DO UPDATE SET new=excluded.new;
            INSERT INTO shadow(rec, field, tbl, base, val)
            SELECT rec, field, tbl, OLD.ver, old FROM change
            WHERE rec=NEW.id AND txn=(SELECT n FROM txn WHERE state=0) AND field<>'' AND OLD.ver > 0
            ON CONFLICT DO NOTHING;
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
            INSERT INTO change(txn, tbl, rec, field, old, new, base, seen)
            SELECT (SELECT n FROM txn WHERE state=0), 'attachment', NEW.id, f.field, f.old, f.new,
                coalesce((SELECT base FROM shadow s WHERE s.rec=NEW.id AND s.field=f.field), OLD.ver, 0),
                NULL
            FROM (SELECT 'space' AS field, OLD.space AS old, NEW.space AS new UNION ALL VALUES ('visibility', OLD.visibility, NEW.visibility), ('deleted_at', OLD.deleted_at, NEW.deleted_at), ('name', OLD.name, NEW.name), ('size', OLD.size, NEW.size), ('media_type', OLD.media_type, NEW.media_type), ('sha256', OLD.sha256, NEW.sha256), ('owner_kind', OLD.owner_kind, NEW.owner_kind), ('owner_id', OLD.owner_id, NEW.owner_id)) f WHERE f.old IS NOT f.new
            ON CONFLICT(rec, field, txn) DO UPDATE SET new=excluded.new;
            INSERT INTO shadow(rec, field, tbl, base, val)
            SELECT rec, field, tbl, OLD.ver, old FROM change
            WHERE rec=NEW.id AND txn=(SELECT n FROM txn WHERE state=0) AND field<>'' AND OLD.ver > 0
            ON CONFLICT DO NOTHING;
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
            INSERT INTO change(txn, tbl, rec, field, old, new, base, seen)
            SELECT (SELECT n FROM txn WHERE state=0), 'baseline', NEW.id, f.field, f.old, f.new,
                coalesce((SELECT base FROM shadow s WHERE s.rec=NEW.id AND s.field=f.field), OLD.ver, 0),
                NULL
            FROM (SELECT 'space' AS field, OLD.space AS old, NEW.space AS new UNION ALL VALUES ('visibility', OLD.visibility, NEW.visibility), ('deleted_at', OLD.deleted_at, NEW.deleted_at), ('project_id', OLD.project_id, NEW.project_id), ('number', OLD.number, NEW.number), ('name', OLD.name, NEW.name), ('taken_at', OLD.taken_at, NEW.taken_at)) f WHERE f.old IS NOT f.new
            ON CONFLICT(rec, field, txn) DO UPDATE SET new=excluded.new;
            INSERT INTO shadow(rec, field, tbl, base, val)
            SELECT rec, field, tbl, OLD.ver, old FROM change
            WHERE rec=NEW.id AND txn=(SELECT n FROM txn WHERE state=0) AND field<>'' AND OLD.ver > 0
            ON CONFLICT DO NOTHING;
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
            INSERT INTO change(txn, tbl, rec, field, old, new, base, seen)
            SELECT (SELECT n FROM txn WHERE state=0), 'baseline_task', NEW.id, f.field, f.old, f.new,
                coalesce((SELECT base FROM shadow s WHERE s.rec=NEW.id AND s.field=f.field), OLD.ver, 0),
                NULL
            FROM (SELECT 'space' AS field, OLD.space AS old, NEW.space AS new UNION ALL VALUES ('visibility', OLD.visibility, NEW.visibility), ('deleted_at', OLD.deleted_at, NEW.deleted_at), ('baseline_id', OLD.baseline_id, NEW.baseline_id), ('task_id', OLD.task_id, NEW.task_id), ('name', OLD.name, NEW.name), ('start', OLD.start, NEW.start), ('finish', OLD.finish, NEW.finish), ('duration_minutes', OLD.duration_minutes, NEW.duration_minutes), ('work_minutes', OLD.work_minutes, NEW.work_minutes), ('assignments', OLD.assignments, NEW.assignments)) f WHERE f.old IS NOT f.new
            ON CONFLICT(rec, field, txn) DO UPDATE SET new=excluded.new;
            INSERT INTO shadow(rec, field, tbl, base, val)
            SELECT rec, field, tbl, OLD.ver, old FROM change
            WHERE rec=NEW.id AND txn=(SELECT n FROM txn WHERE state=0) AND field<>'' AND OLD.ver > 0
            ON CONFLICT DO NOTHING;
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
            INSERT INTO change(txn, tbl, rec, field, old, new, base, seen)
            SELECT (SELECT n FROM txn WHERE state=0), 'calendar', NEW.id, f.field, f.old, f.new,
                coalesce((SELECT base FROM shadow s WHERE s.rec=NEW.id AND s.field=f.field), OLD.ver, 0),
                NULL
            FROM (SELECT 'space' AS field, OLD.space AS old, NEW.space AS new UNION ALL VALUES ('visibility', OLD.visibility, NEW.visibility), ('deleted_at', OLD.deleted_at, NEW.deleted_at), ('name', OLD.name, NEW.name), ('base_id', OLD.base_id, NEW.base_id), ('project_id', OLD.project_id, NEW.project_id), ('week', OLD.week, NEW.week), ('exceptions', OLD.exceptions, NEW.exceptions), ('work_weeks', OLD.work_weeks, NEW.work_weeks), ('holidays', OLD.holidays, NEW.holidays), ('source_uid', OLD.source_uid, NEW.source_uid)) f WHERE f.old IS NOT f.new
            ON CONFLICT(rec, field, txn) DO UPDATE SET new=excluded.new;
            INSERT INTO shadow(rec, field, tbl, base, val)
            SELECT rec, field, tbl, OLD.ver, old FROM change
            WHERE rec=NEW.id AND txn=(SELECT n FROM txn WHERE state=0) AND field<>'' AND OLD.ver > 0
            ON CONFLICT DO NOTHING;
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
            INSERT INTO change(txn, tbl, rec, field, old, new, base, seen)
            SELECT (SELECT n FROM txn WHERE state=0), 'client', NEW.id, f.field, f.old, f.new,
                coalesce((SELECT base FROM shadow s WHERE s.rec=NEW.id AND s.field=f.field), OLD.ver, 0),
                CASE WHEN f.field IN ('notes') THEN coalesce(f.old, '') END
            FROM (SELECT 'space' AS field, OLD.space AS old, NEW.space AS new UNION ALL VALUES ('visibility', OLD.visibility, NEW.visibility), ('deleted_at', OLD.deleted_at, NEW.deleted_at), ('name', OLD.name, NEW.name), ('number', OLD.number, NEW.number), ('industry', OLD.industry, NEW.industry), ('city', OLD.city, NEW.city), ('country', OLD.country, NEW.country), ('phone', OLD.phone, NEW.phone), ('website', OLD.website, NEW.website), ('notes', OLD.notes, NEW.notes)) f WHERE f.old IS NOT f.new
            ON CONFLICT(rec, field, txn) DO UPDATE SET new=excluded.new;
            INSERT INTO shadow(rec, field, tbl, base, val)
            SELECT rec, field, tbl, OLD.ver, old FROM change
            WHERE rec=NEW.id AND txn=(SELECT n FROM txn WHERE state=0) AND field<>'' AND OLD.ver > 0
            ON CONFLICT DO NOTHING;
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
            INSERT INTO change(txn, tbl, rec, field, old, new, base, seen)
            SELECT (SELECT n FROM txn WHERE state=0), 'site', NEW.id, f.field, f.old, f.new,
                coalesce((SELECT base FROM shadow s WHERE s.rec=NEW.id AND s.field=f.field), OLD.ver, 0),
                CASE WHEN f.field IN ('notes') THEN coalesce(f.old, '') END
            FROM (SELECT 'space' AS field, OLD.space AS old, NEW.space AS new UNION ALL VALUES ('visibility', OLD.visibility, NEW.visibility), ('deleted_at', OLD.deleted_at, NEW.deleted_at), ('client_id', OLD.client_id, NEW.client_id), ('name', OLD.name, NEW.name), ('address', OLD.address, NEW.address), ('city', OLD.city, NEW.city), ('country', OLD.country, NEW.country), ('region', OLD.region, NEW.region), ('time_zone', OLD.time_zone, NEW.time_zone), ('phone', OLD.phone, NEW.phone), ('network', OLD.network, NEW.network), ('notes', OLD.notes, NEW.notes)) f WHERE f.old IS NOT f.new
            ON CONFLICT(rec, field, txn) DO UPDATE SET new=excluded.new;
            INSERT INTO shadow(rec, field, tbl, base, val)
            SELECT rec, field, tbl, OLD.ver, old FROM change
            WHERE rec=NEW.id AND txn=(SELECT n FROM txn WHERE state=0) AND field<>'' AND OLD.ver > 0
            ON CONFLICT DO NOTHING;
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
            INSERT INTO change(txn, tbl, rec, field, old, new, base, seen)
            SELECT (SELECT n FROM txn WHERE state=0), 'contact', NEW.id, f.field, f.old, f.new,
                coalesce((SELECT base FROM shadow s WHERE s.rec=NEW.id AND s.field=f.field), OLD.ver, 0),
                CASE WHEN f.field IN ('notes') THEN coalesce(f.old, '') END
            FROM (SELECT 'space' AS field, OLD.space AS old, NEW.space AS new UNION ALL VALUES ('visibility', OLD.visibility, NEW.visibility), ('deleted_at', OLD.deleted_at, NEW.deleted_at), ('client_id', OLD.client_id, NEW.client_id), ('site_id', OLD.site_id, NEW.site_id), ('name', OLD.name, NEW.name), ('role', OLD.role, NEW.role), ('phone', OLD.phone, NEW.phone), ('mobile', OLD.mobile, NEW.mobile), ('email', OLD.email, NEW.email), ('decides', OLD.decides, NEW.decides), ('can_sign', OLD.can_sign, NEW.can_sign), ('channel', OLD.channel, NEW.channel), ('time_zone', OLD.time_zone, NEW.time_zone), ('notes', OLD.notes, NEW.notes)) f WHERE f.old IS NOT f.new
            ON CONFLICT(rec, field, txn) DO UPDATE SET new=excluded.new;
            INSERT INTO shadow(rec, field, tbl, base, val)
            SELECT rec, field, tbl, OLD.ver, old FROM change
            WHERE rec=NEW.id AND txn=(SELECT n FROM txn WHERE state=0) AND field<>'' AND OLD.ver > 0
            ON CONFLICT DO NOTHING;
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
            INSERT INTO change(txn, tbl, rec, field, old, new, base, seen)
            SELECT (SELECT n FROM txn WHERE state=0), 'conflict', NEW.id, f.field, f.old, f.new,
                coalesce((SELECT base FROM shadow s WHERE s.rec=NEW.id AND s.field=f.field), OLD.ver, 0),
                NULL
            FROM (SELECT 'space' AS field, OLD.space AS old, NEW.space AS new UNION ALL VALUES ('visibility', OLD.visibility, NEW.visibility), ('deleted_at', OLD.deleted_at, NEW.deleted_at), ('kind', OLD.kind, NEW.kind), ('rec', OLD.rec, NEW.rec), ('field', OLD.field, NEW.field), ('winner', OLD.winner, NEW.winner), ('winner_author', OLD.winner_author, NEW.winner_author), ('winner_at', OLD.winner_at, NEW.winner_at), ('winner_txn', OLD.winner_txn, NEW.winner_txn), ('loser', OLD.loser, NEW.loser), ('loser_author', OLD.loser_author, NEW.loser_author), ('loser_at', OLD.loser_at, NEW.loser_at), ('loser_txn', OLD.loser_txn, NEW.loser_txn), ('base', OLD.base, NEW.base), ('decided', OLD.decided, NEW.decided)) f WHERE f.old IS NOT f.new
            ON CONFLICT(rec, field, txn) DO UPDATE SET new=excluded.new;
            INSERT INTO shadow(rec, field, tbl, base, val)
            SELECT rec, field, tbl, OLD.ver, old FROM change
            WHERE rec=NEW.id AND txn=(SELECT n FROM txn WHERE state=0) AND field<>'' AND OLD.ver > 0
            ON CONFLICT DO NOTHING;
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
            INSERT INTO change(txn, tbl, rec, field, old, new, base, seen)
            SELECT (SELECT n FROM txn WHERE state=0), 'settlement', NEW.id, f.field, f.old, f.new,
                coalesce((SELECT base FROM shadow s WHERE s.rec=NEW.id AND s.field=f.field), OLD.ver, 0),
                NULL
            FROM (SELECT 'space' AS field, OLD.space AS old, NEW.space AS new UNION ALL VALUES ('visibility', OLD.visibility, NEW.visibility), ('deleted_at', OLD.deleted_at, NEW.deleted_at), ('conflict_id', OLD.conflict_id, NEW.conflict_id), ('choice', OLD.choice, NEW.choice), ('value', OLD.value, NEW.value)) f WHERE f.old IS NOT f.new
            ON CONFLICT(rec, field, txn) DO UPDATE SET new=excluded.new;
            INSERT INTO shadow(rec, field, tbl, base, val)
            SELECT rec, field, tbl, OLD.ver, old FROM change
            WHERE rec=NEW.id AND txn=(SELECT n FROM txn WHERE state=0) AND field<>'' AND OLD.ver > 0
            ON CONFLICT DO NOTHING;
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
            INSERT INTO change(txn, tbl, rec, field, old, new, base, seen)
            SELECT (SELECT n FROM txn WHERE state=0), 'interaction', NEW.id, f.field, f.old, f.new,
                coalesce((SELECT base FROM shadow s WHERE s.rec=NEW.id AND s.field=f.field), OLD.ver, 0),
                CASE WHEN f.field IN ('notes') THEN coalesce(f.old, '') END
            FROM (SELECT 'space' AS field, OLD.space AS old, NEW.space AS new UNION ALL VALUES ('visibility', OLD.visibility, NEW.visibility), ('deleted_at', OLD.deleted_at, NEW.deleted_at), ('client_id', OLD.client_id, NEW.client_id), ('contact_id', OLD.contact_id, NEW.contact_id), ('project_id', OLD.project_id, NEW.project_id), ('name', OLD.name, NEW.name), ('channel', OLD.channel, NEW.channel), ('at', OLD.at, NEW.at), ('notes', OLD.notes, NEW.notes)) f WHERE f.old IS NOT f.new
            ON CONFLICT(rec, field, txn) DO UPDATE SET new=excluded.new;
            INSERT INTO shadow(rec, field, tbl, base, val)
            SELECT rec, field, tbl, OLD.ver, old FROM change
            WHERE rec=NEW.id AND txn=(SELECT n FROM txn WHERE state=0) AND field<>'' AND OLD.ver > 0
            ON CONFLICT DO NOTHING;
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
            INSERT INTO change(txn, tbl, rec, field, old, new, base, seen)
            SELECT (SELECT n FROM txn WHERE state=0), 'promise', NEW.id, f.field, f.old, f.new,
                coalesce((SELECT base FROM shadow s WHERE s.rec=NEW.id AND s.field=f.field), OLD.ver, 0),
                CASE WHEN f.field IN ('notes') THEN coalesce(f.old, '') END
            FROM (SELECT 'space' AS field, OLD.space AS old, NEW.space AS new UNION ALL VALUES ('visibility', OLD.visibility, NEW.visibility), ('deleted_at', OLD.deleted_at, NEW.deleted_at), ('client_id', OLD.client_id, NEW.client_id), ('contact_id', OLD.contact_id, NEW.contact_id), ('project_id', OLD.project_id, NEW.project_id), ('member_id', OLD.member_id, NEW.member_id), ('name', OLD.name, NEW.name), ('by', OLD.by, NEW.by), ('due', OLD.due, NEW.due), ('state', OLD.state, NEW.state), ('settled_on', OLD.settled_on, NEW.settled_on), ('instead_of', OLD.instead_of, NEW.instead_of), ('notes', OLD.notes, NEW.notes)) f WHERE f.old IS NOT f.new OR f.field IN ('state', 'settled_on') AND (OLD.state IS NOT NEW.state OR OLD.settled_on IS NOT NEW.settled_on)
            ON CONFLICT(rec, field, txn) DO UPDATE SET new=excluded.new;
            INSERT INTO shadow(rec, field, tbl, base, val)
            SELECT rec, field, tbl, OLD.ver, old FROM change
            WHERE rec=NEW.id AND txn=(SELECT n FROM txn WHERE state=0) AND field<>'' AND OLD.ver > 0
            ON CONFLICT DO NOTHING;
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
            INSERT INTO change(txn, tbl, rec, field, old, new, base, seen)
            SELECT (SELECT n FROM txn WHERE state=0), 'visit', NEW.id, f.field, f.old, f.new,
                coalesce((SELECT base FROM shadow s WHERE s.rec=NEW.id AND s.field=f.field), OLD.ver, 0),
                CASE WHEN f.field IN ('result', 'notes') THEN coalesce(f.old, '') END
            FROM (SELECT 'space' AS field, OLD.space AS old, NEW.space AS new UNION ALL VALUES ('visibility', OLD.visibility, NEW.visibility), ('deleted_at', OLD.deleted_at, NEW.deleted_at), ('client_id', OLD.client_id, NEW.client_id), ('site_id', OLD.site_id, NEW.site_id), ('project_id', OLD.project_id, NEW.project_id), ('member_id', OLD.member_id, NEW.member_id), ('name', OLD.name, NEW.name), ('start', OLD.start, NEW.start), ('finish', OLD.finish, NEW.finish), ('state', OLD.state, NEW.state), ('result', OLD.result, NEW.result), ('notes', OLD.notes, NEW.notes)) f WHERE f.old IS NOT f.new OR f.field IN ('start', 'finish') AND (OLD.start IS NOT NEW.start OR OLD.finish IS NOT NEW.finish)
            ON CONFLICT(rec, field, txn) DO UPDATE SET new=excluded.new;
            INSERT INTO shadow(rec, field, tbl, base, val)
            SELECT rec, field, tbl, OLD.ver, old FROM change
            WHERE rec=NEW.id AND txn=(SELECT n FROM txn WHERE state=0) AND field<>'' AND OLD.ver > 0
            ON CONFLICT DO NOTHING;
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
            INSERT INTO change(txn, tbl, rec, field, old, new, base, seen)
            SELECT (SELECT n FROM txn WHERE state=0), 'project', NEW.id, f.field, f.old, f.new,
                coalesce((SELECT base FROM shadow s WHERE s.rec=NEW.id AND s.field=f.field), OLD.ver, 0),
                CASE WHEN f.field IN ('notes') THEN coalesce(f.old, '') END
            FROM (SELECT 'space' AS field, OLD.space AS old, NEW.space AS new UNION ALL VALUES ('visibility', OLD.visibility, NEW.visibility), ('deleted_at', OLD.deleted_at, NEW.deleted_at), ('name', OLD.name, NEW.name), ('number', OLD.number, NEW.number), ('client_id', OLD.client_id, NEW.client_id), ('site_id', OLD.site_id, NEW.site_id), ('manager_id', OLD.manager_id, NEW.manager_id), ('start', OLD.start, NEW.start), ('finish', OLD.finish, NEW.finish), ('schedule_from', OLD.schedule_from, NEW.schedule_from), ('status_date', OLD.status_date, NEW.status_date), ('reschedule_uncompleted', OLD.reschedule_uncompleted, NEW.reschedule_uncompleted), ('calendar_id', OLD.calendar_id, NEW.calendar_id), ('client_calendar_id', OLD.client_calendar_id, NEW.client_calendar_id), ('minutes_per_day', OLD.minutes_per_day, NEW.minutes_per_day), ('minutes_per_week', OLD.minutes_per_week, NEW.minutes_per_week), ('days_per_month', OLD.days_per_month, NEW.days_per_month), ('day_start', OLD.day_start, NEW.day_start), ('day_finish', OLD.day_finish, NEW.day_finish), ('honour_constraints', OLD.honour_constraints, NEW.honour_constraints), ('critical_limit_minutes', OLD.critical_limit_minutes, NEW.critical_limit_minutes), ('hold_reason', OLD.hold_reason, NEW.hold_reason), ('hold_waiting_on', OLD.hold_waiting_on, NEW.hold_waiting_on), ('hold_since', OLD.hold_since, NEW.hold_since), ('cancelled_reason', OLD.cancelled_reason, NEW.cancelled_reason), ('team', OLD.team, NEW.team), ('notes', OLD.notes, NEW.notes), ('source', OLD.source, NEW.source)) f WHERE f.old IS NOT f.new OR f.field IN ('start', 'finish', 'schedule_from') AND (OLD.start IS NOT NEW.start OR OLD.finish IS NOT NEW.finish OR OLD.schedule_from IS NOT NEW.schedule_from) OR f.field IN ('hold_reason', 'hold_waiting_on', 'hold_since') AND (OLD.hold_reason IS NOT NEW.hold_reason OR OLD.hold_waiting_on IS NOT NEW.hold_waiting_on OR OLD.hold_since IS NOT NEW.hold_since)
            ON CONFLICT(rec, field, txn) DO UPDATE SET new=excluded.new;
            INSERT INTO shadow(rec, field, tbl, base, val)
            SELECT rec, field, tbl, OLD.ver, old FROM change
            WHERE rec=NEW.id AND txn=(SELECT n FROM txn WHERE state=0) AND field<>'' AND OLD.ver > 0
            ON CONFLICT DO NOTHING;
        END;
CREATE TRIGGER project_removed BEFORE DELETE ON project WHEN coalesce((SELECT origin FROM txn WHERE state=0), 'L')='L' BEGIN
            SELECT RAISE(ABORT, 'milepost: a write outside a transaction') WHERE (SELECT origin FROM txn WHERE state=0) IS NULL;
            SELECT RAISE(ABORT, 'milepost: records are never removed; set deleted_at');
        END;
CREATE TRIGGER project_identity BEFORE UPDATE OF id, space ON project BEGIN
            SELECT RAISE(ABORT, 'milepost: a record keeps its id and its space')
            WHERE OLD.id IS NOT NEW.id OR OLD.space IS NOT NEW.space AND (SELECT origin FROM txn WHERE state=0)='L';
        END;
