package local

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// PostgresPrograms finds the PostgreSQL that a new installation runs on: what it says its version is,
// for instance "postgres (PostgreSQL) 17.2", and whether pgvector is installed for it.
func PostgresPrograms() (version string, vector bool, err error) {
	programs, err := programsOf("")
	if err != nil {
		return "", false, err
	}
	said, err := exec.Command(filepath.Join(programs, "postgres"), "--version").Output()
	if err != nil {
		return "", false, fmt.Errorf("asking postgres for its version: %w", err)
	}
	shared, err := exec.Command(filepath.Join(programs, "pg_config"), "--sharedir").Output()
	folder := strings.TrimSpace(string(shared))
	if err != nil { // pg_config is in a package of its own; Debian keeps the folder here
		folder = filepath.Join("/usr/share/postgresql", filepath.Base(filepath.Dir(programs)))
	}
	_, err = os.Stat(filepath.Join(folder, "extension", "vector.control"))
	return strings.TrimSpace(string(said)), err == nil, nil
}

// programsOf finds the folder with initdb and postgres of a major version, or of the newest.
func programsOf(major string) (string, error) {
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	slices.SortFunc(found, func(a, b string) int { return majorOf(b) - majorOf(a) })
	if onPath, err := exec.LookPath("initdb"); err == nil {
		if real, err := filepath.EvalSymlinks(onPath); err == nil {
			found = append(found, real)
		}
	}
	for _, initdb := range found {
		programs := filepath.Dir(initdb)
		if _, err := os.Stat(filepath.Join(programs, "postgres")); err != nil {
			continue
		}
		if major == "" {
			return programs, nil
		}
		said, err := exec.Command(initdb, "--version").Output() // "initdb (PostgreSQL) 15.20 (Debian …)"
		if err == nil && strings.Contains(string(said), "(PostgreSQL) "+major) {
			return programs, nil
		}
	}
	if major != "" {
		return "", fmt.Errorf("the data was written by PostgreSQL %s, which is not installed: install the package postgresql-%s", major, major)
	}
	return "", errors.New(`PostgreSQL is not installed: run "make setup", or install the package postgresql`)
}

// majorOf reads the version in /usr/lib/postgresql/15/bin/initdb.
func majorOf(initdb string) int {
	number, _ := strconv.Atoi(filepath.Base(filepath.Dir(filepath.Dir(initdb))))
	return number
}
