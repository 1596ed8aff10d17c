package services_test

import (
	"net/http"
	"os"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/afterglow-live/afterglow/services"
)

// What lives in the broker and in the database is found by its name alone, so two may not share one.
func TestNamesAreTakenOnce(t *testing.T) {
	t.Parallel()
	taken := map[string]string{}
	take := func(what, name, by string) {
		key := what + " " + name
		if other, ok := taken[key]; ok {
			t.Errorf("the %s is declared by %s and by %s: give one another name", key, other, by)
		}
		taken[key] = by
	}
	for _, s := range services.All() {
		take("service", s.Name, "services.All")
		for _, p := range s.Projections {
			take("projection", p.Name, s.Name)
			if !strings.HasPrefix(p.Name, s.Name+"_") {
				t.Errorf("the projection %s of the service %s should be called %s_…: its name is that of a PostgreSQL schema", p.Name, s.Name, s.Name)
			}
			for _, d := range p.Documents {
				take("document", d.Topic, p.Name)
			}
			for _, table := range tables(p.SQL) {
				take("table of "+s.Name, table, p.Name) // endpoints of a service see them all
			}
		}
		for _, r := range s.Reactors {
			take("reactor", r.Name, s.Name)
			if !strings.HasPrefix(r.Name, s.Name+"-") {
				t.Errorf("the reactor %s of the service %s should be called %s-…: its name is that of a consumer", r.Name, s.Name, s.Name)
			}
		}
		for _, e := range s.Endpoints {
			take("endpoint", e.Method+" "+e.Path, s.Name)
		}
		for _, f := range s.Feeds {
			take("feed", f.Topic, s.Name)
		}
	}
}

var createTable = regexp.MustCompile(`(?m)^create table (?:if not exists )?(\w+)`)

func tables(sql string) []string {
	var names []string
	for _, match := range createTable.FindAllStringSubmatch(sql, -1) {
		names = append(names, match[1])
	}
	return names
}

// A service that is not in docker-compose.yml would not run there.
func TestComposeRunsEveryService(t *testing.T) {
	t.Parallel()
	compose, err := os.ReadFile("../docker-compose.yml")
	if err != nil {
		t.Fatal(err)
	}
	var listed []string
	for _, match := range regexp.MustCompile(`command: \[run, (\w+)\]`).FindAllStringSubmatch(string(compose), -1) {
		listed = append(listed, match[1])
	}
	var all []string
	for _, s := range services.All() {
		all = append(all, s.Name)
	}
	slices.Sort(listed)
	slices.Sort(all)
	if !slices.Equal(listed, all) {
		t.Errorf("docker-compose.yml runs %v, the services are %v", listed, all)
	}
}

// An answer with a secret in it would be kept for whoever repeats the request, and so would a
// fingerprint of a password.
func TestSecretsAreToldOnce(t *testing.T) {
	t.Parallel()
	secrets := []string{"password", "current", "token", "link", "ticket", "secret"}
	for _, s := range services.All() {
		for _, e := range s.Endpoints {
			if e.Method == http.MethodGet || e.Secret {
				continue
			}
			for _, part := range []reflect.Type{e.Request, e.Response} {
				for _, field := range fields(part) {
					if slices.Contains(secrets, field) {
						t.Errorf("%s %s of %s has the field %s: declare it with ToldOnce()", e.Method, e.Path, s.Name, field)
					}
				}
			}
		}
	}
}

// fields are the names that a struct has in JSON.
func fields(of reflect.Type) []string {
	var names []string
	for i := 0; of != nil && of.Kind() == reflect.Struct && i < of.NumField(); i++ {
		name, _, _ := strings.Cut(of.Field(i).Tag.Get("json"), ",")
		names = append(names, name)
	}
	return names
}
