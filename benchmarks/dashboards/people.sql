-- A brand around a history: two departments, regions, campaigns, employees with accounts, clinics that they hold, viewers.
INSERT INTO region (id, name) SELECT CAST(made.id_of(7, n) AS uuid), 'Region ' || n FROM generate_series(0, :regions - 1) AS counted (n);
INSERT INTO department (id, parent_id, name, path) VALUES
  (CAST(:branch AS uuid), CAST(:root AS uuid), 'Branch', ARRAY[CAST(:root AS uuid), CAST(:branch AS uuid)]);
INSERT INTO person (id, kind, pseudonym) SELECT CAST(made.id_of(4, n) AS uuid), 'employee', 'e-' || n
  FROM generate_series(0, :employees - 1) AS counted (n);
INSERT INTO account (person_id, login, password_hash, role, clearance, department_id, region_id)
  SELECT CAST(made.id_of(4, n) AS uuid), 'e-' || n, '', CASE WHEN n < 2 THEN 'manager' ELSE 'marketer' END, 'top',
    CAST(CASE WHEN n % 5 = 0 THEN :branch ELSE :root END AS uuid),
    CASE WHEN n > 2 THEN CAST(made.id_of(7, n % :regions) AS uuid) END
  FROM generate_series(0, :employees - 1) AS counted (n);
INSERT INTO material (id, owner_id, title, class)
  SELECT CAST(made.id_of(2, n) AS uuid), CAST(made.id_of(4, n % :employees) AS uuid), 'Material ' || n, 'in_clinic'
  FROM generate_series(0, :materials - 1) AS counted (n);
INSERT INTO material_declaration (material_id, revision, product, region, campaign, declared_by, declared_at)
  SELECT CAST(made.id_of(2, n) AS uuid), 1, '', '', 'Campaign ' || n % :campaigns, CAST(made.id_of(4, n % :employees) AS uuid), now()
  FROM generate_series(0, :materials - 1) AS counted (n);
INSERT INTO clinic (id, name, owner_id)
  SELECT CAST(made.id_of(3, n) AS uuid), 'Clinic ' || n, CAST(made.id_of(4, n % :employees) AS uuid)
  FROM generate_series(0, :clinics - 1) AS counted (n);
INSERT INTO person (id, kind, pseudonym) SELECT CAST(made.id_of(6, n) AS uuid), 'viewer', 'p-' || n
  FROM generate_series(0, :people - 1) AS counted (n)
