package accounts

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/afterglow-live/afterglow/events"
	"github.com/afterglow-live/afterglow/pkg/api"
	"github.com/afterglow-live/afterglow/pkg/es"
	"github.com/afterglow-live/afterglow/pkg/fault"
	"github.com/afterglow-live/afterglow/pkg/run"
	"github.com/afterglow-live/afterglow/pkg/testkit"
)

func TestMain(m *testing.M) { testkit.Main(m) }

const password = "correct horse battery"

// system is the service with an owner account.
func system(t *testing.T) (s *testkit.System, email string) {
	t.Helper()
	p := testkit.Platform(t)
	p.Config.OwnerEmail, p.Config.OwnerPassword = "ours@example.org", password
	return testkit.Start(t, p, Service), p.Config.OwnerEmail
}

// owned is the service, with its owner signed in.
func owned(t *testing.T) (*testkit.System, api.Caller) {
	t.Helper()
	s, email := system(t)
	owner, _ := signIn(t, s, email, "192.0.2.1")
	return s, owner
}

// call calls an endpoint as the caller, and decodes the answer into out unless it is nil.
func call(t *testing.T, s *testkit.System, caller api.Caller, endpoint string, in api.Input, out any) (api.Reply, error) {
	t.Helper()
	for _, e := range Service.Endpoints {
		if e.Method+" "+e.Path != endpoint {
			continue
		}
		reply, err := api.Do(t.Context(), s.Logs, Service.Name, e.Route, api.Call{Caller: caller, Input: in})
		if err == nil && out != nil {
			err = json.Unmarshal(reply.Body, out)
		}
		return reply, err
	}
	t.Fatalf("no endpoint %s", endpoint)
	return api.Reply{}, nil
}

func who(t *testing.T, s *testkit.System, shown run.Credential) (api.Caller, error) {
	t.Helper()
	reply, err := api.Do(t.Context(), s.Logs, Service.Name, run.AuthenticateRoute, api.Call{Input: testkit.Body(shown)})
	if err != nil {
		return api.Caller{}, err
	}
	var caller api.Caller
	return caller, json.Unmarshal(reply.Body, &caller)
}

// signIn signs in from the address, and answers who that is then.
func signIn(t *testing.T, s *testkit.System, email, address string) (api.Caller, string) {
	t.Helper()
	reply, err := call(t, s, api.Caller{Address: address}, "POST /api/sessions", testkit.Body(SignIn{email, password}), nil)
	return opened(t, s, reply, err)
}

// opened is who has the session that a call has opened.
func opened(t *testing.T, s *testkit.System, reply api.Reply, err error) (api.Caller, string) {
	t.Helper()
	if err != nil || reply.Session == nil {
		t.Fatalf("signing in: session %v, %v", reply.Session, err)
	}
	caller, err := who(t, s, run.Credential{Session: *reply.Session})
	if err != nil {
		t.Fatal(err)
	}
	return caller, *reply.Session
}

// wantSignedOut fails the test if the credential still lets somebody in.
func wantSignedOut(t *testing.T, s *testkit.System, shown run.Credential) {
	t.Helper()
	_, err := who(t, s, shown)
	testkit.WantFault(t, err, fault.Unauthenticated)
}

// wantFacts fails the test unless the log has these facts after the first ones, and no secret.
func wantFacts(t *testing.T, s *testkit.System, after int, want string, secrets ...string) {
	t.Helper()
	names, text := facts(t, s)
	got := strings.Join(names[min(after, len(names)):], " ")
	if want = strings.ReplaceAll(want, "~", "account."); got != want {
		t.Errorf("the log has\n%s, want\n%s", got, want)
	}
	for _, secret := range append(secrets, "example.org", "argon2", "192.0.2.") {
		if strings.Contains(text, secret) {
			t.Errorf("the log tells %q: %s", secret, text)
		}
	}
}

// deps is what the endpoints work with, for what is called by the clock.
func deps(t *testing.T, s *testkit.System) *run.Deps {
	t.Helper()
	pool, err := pgxpool.New(t.Context(), s.DatabaseURL)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	return &run.Deps{Platform: s.Platform, Service: Service.Name, DB: pool}
}

// facts are the names and bodies of all facts, in order, also of those that a slow log was not told yet.
func facts(t *testing.T, s *testkit.System) (names []string, text string) {
	t.Helper()
	if err := outbox.Flush(t.Context(), deps(t, s)); err != nil {
		t.Fatal(err)
	}
	last, err := s.Logs.Last(t.Context(), events.Facts.Name)
	if err != nil {
		t.Fatal(err)
	}
	if last == 0 {
		return nil, ""
	}
	err = s.Logs.Tail(t.Context(), events.Facts, es.TailFrom{Until: last}, func(e es.Event) error {
		names = append(names, e.Name)
		text += e.Subject + string(e.Data) + "\n"
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return names, text
}

func database(t *testing.T, s *testkit.System) *pgx.Conn {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), s.DatabaseURL)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close(context.Background()) })
	return conn
}

func exec(t *testing.T, s *testkit.System, sql string, args ...any) {
	t.Helper()
	if _, err := database(t, s).Exec(t.Context(), sql, args...); err != nil {
		t.Fatal(err)
	}
}

func count(t *testing.T, s *testkit.System, table string) (n int) {
	t.Helper()
	if err := database(t, s).QueryRow(t.Context(), "select count(*) from vault."+table).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

// setupSecret reads the set-up link, and answers the secret in it.
func setupSecret(t *testing.T, p run.Platform) string {
	t.Helper()
	file := filepath.Join(p.Work, SetupFile)
	info, err := os.Stat(file)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Fatalf("set-up link: %v, %v", info, err)
	}
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	secret, ok := strings.CutPrefix(strings.TrimSpace(string(text)), p.Config.URL()+"/setup#token=")
	if !ok || len(secret) < 40 {
		t.Fatalf("the link is %q", text)
	}
	return secret
}

func TestSetup(t *testing.T) {
	t.Parallel()
	p := testkit.Platform(t)
	p.Config.Listen = "127.0.0.1:8080"
	s := testkit.Start(t, p, Service)
	old := setupSecret(t, p)
	s.Stop(t)
	s = testkit.Start(t, p, Service)
	secret := setupSecret(t, p)
	needed := func() bool {
		var state SetupState
		if _, err := call(t, s, api.Caller{}, "GET /api/setup", api.Input{}, &state); err != nil {
			t.Fatal(err)
		}
		return state.Needed
	}
	if !needed() {
		t.Error("no set-up is needed without an account")
	}
	for _, wrong := range []string{"nonsense", old} {
		_, err := call(t, s, api.Caller{}, "POST /api/setup", testkit.Body(Setup{wrong, "a@example.org", password}), nil)
		testkit.WantFault(t, err, fault.Invalid)
		if fault.From(err).Fields["token"] == "" {
			t.Errorf("the error does not name the token: %v", err)
		}
	}
	_, err := call(t, s, api.Caller{}, "POST /api/setup", testkit.Body(Setup{secret, "nobody", "short"}), nil)
	testkit.WantFault(t, err, fault.Invalid)
	if fields := fault.From(err).Fields; fields["email"] == "" || fields["password"] == "" {
		t.Errorf("the error names %v", fields)
	}
	var a Account
	reply, err := call(t, s, api.Caller{}, "POST /api/setup", testkit.Body(Setup{secret, "a@example.org", password}), &a)
	if err != nil || reply.Session == nil || reply.Position == "" || a.Role != api.Owner || a.Email != "a@example.org" {
		t.Fatalf("set-up answered %+v, %+v, %v", reply, a, err)
	}
	if caller, err := who(t, s, run.Credential{Session: *reply.Session}); err != nil || caller.Owner != a.ID || caller.Role != api.Owner {
		t.Errorf("the session is %+v's: %v", caller, err)
	}
	if needed() {
		t.Error("set-up is needed after it was done")
	}
	if _, err := os.Stat(filepath.Join(p.Work, SetupFile)); !os.IsNotExist(err) {
		t.Errorf("the link is still there: %v", err)
	}
	_, err = call(t, s, api.Caller{}, "POST /api/setup", testkit.Body(Setup{secret, "b@example.org", password}), nil)
	testkit.WantFault(t, err, fault.Conflict)
	names, text := facts(t, s)
	if got := strings.Join(names, " "); got != "account.created account.session_opened" {
		t.Errorf("the log has %s", got)
	}
	if strings.Contains(text, "example.org") || strings.Contains(text, "argon2") || strings.Contains(text, *reply.Session) {
		t.Errorf("the log tells secrets: %s", text)
	}
}

func TestSetupLinkExpires(t *testing.T) {
	t.Parallel()
	p := testkit.Platform(t)
	s := testkit.Start(t, p, Service)
	exec(t, s, "update vault.setup set expires = now() - interval '1 second'")
	_, err := call(t, s, api.Caller{}, "POST /api/setup", testkit.Body(Setup{setupSecret(t, p), "a@example.org", password}), nil)
	testkit.WantFault(t, err, fault.Invalid)
}

func TestSetupRace(t *testing.T) {
	t.Parallel()
	p := testkit.Platform(t)
	s := testkit.Start(t, p, Service)
	secret := setupSecret(t, p)
	errs := make([]error, 4)
	var racing sync.WaitGroup
	for i := range errs {
		racing.Go(func() {
			setup := Setup{secret, string(rune('a'+i)) + "@example.org", password}
			_, errs[i] = call(t, s, api.Caller{}, "POST /api/setup", testkit.Body(setup), nil)
		})
	}
	racing.Wait()
	won := 0
	for _, err := range errs {
		if err == nil {
			won++
		} else if !fault.Is(err, fault.Conflict) && !fault.Is(err, fault.Invalid) {
			t.Errorf("a loser got %v", err)
		}
	}
	if n := count(t, s, "accounts"); won != 1 || n != 1 {
		t.Errorf("%d won, and there are %d accounts", won, n)
	}
}

func TestConfiguredOwner(t *testing.T) {
	t.Parallel()
	s, email := system(t)
	s.Stop(t)
	s = testkit.Start(t, s.Platform, Service)
	if n := count(t, s, "accounts"); n != 1 {
		t.Fatalf("there are %d accounts", n)
	}
	caller, _ := signIn(t, s, strings.ToUpper(email), "192.0.2.1")
	var me Account
	if _, err := call(t, s, caller, "GET /api/me", api.Input{}, &me); err != nil || me.Email != email || me.ID != caller.Account || me.Role != api.Owner {
		t.Errorf("me is %+v: %v", me, err)
	}
	if _, err := os.Stat(filepath.Join(s.Work, SetupFile)); !os.IsNotExist(err) {
		t.Errorf("there is a set-up link: %v", err)
	}
}

func TestWeakConfiguredPasswordRefusesToStart(t *testing.T) {
	t.Parallel()
	p := testkit.Platform(t)
	p.Config.OwnerEmail, p.Config.OwnerPassword = "a@example.org", "short"
	err := run.Run(t.Context(), p, []run.Service{Service}, func() { t.Error("it started") })
	if err == nil || !strings.Contains(err.Error(), "AFTERGLOW_OWNER_PASSWORD") {
		t.Errorf("the error is %v", err)
	}
}
