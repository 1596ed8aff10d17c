package gateway

import (
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/afterglow-live/afterglow/events"
	"github.com/afterglow-live/afterglow/pkg/fault"
)

func keyed(key string, caller []string) []string {
	return append([]string{"Idempotency-Key", key}, caller...)
}

// events counts what is on FACTS.
func (s *site) events(t *testing.T) uint64 {
	t.Helper()
	last, err := s.Logs.Last(t.Context(), events.Facts.Name)
	if err != nil {
		t.Fatal(err)
	}
	return last
}

// same fails the test unless the second answer is the first one told again.
func same(t *testing.T, first *http.Response, body string, again *http.Response, bodyAgain string) {
	t.Helper()
	if again.Header.Get("Idempotency-Replayed") != "true" || first.Header.Get("Idempotency-Replayed") != "" {
		t.Error("it is not told that the answer is an earlier one")
	}
	if first.StatusCode != again.StatusCode || body != bodyAgain {
		t.Errorf("first %d %s, again %d %s", first.StatusCode, body, again.StatusCode, bodyAgain)
	}
	for _, name := range []string{"Afterglow-Position", "Content-Type", "ETag", "Cache-Control"} {
		if first.Header.Get(name) != again.Header.Get(name) {
			t.Errorf("%s: first %q, again %q", name, first.Header.Get(name), again.Header.Get(name))
		}
	}
}

func TestRepeatedRequestIsDoneOnce(t *testing.T) {
	t.Parallel()
	s := start(t, nil)
	const body = `{"title":"once"}`
	first, text := s.send(t, "POST", "/api/streams", body, keyed("k1", ours)...)
	if first.StatusCode != http.StatusOK {
		t.Fatalf("status %d, %s", first.StatusCode, text)
	}
	written := s.events(t)
	again, textAgain := s.send(t, "POST", "/api/streams", body, keyed("k1", ours)...)
	same(t, first, text, again, textAgain)

	// The key is this request's alone, and this account's alone.
	for _, other := range []struct{ method, path, body string }{
		{"POST", "/api/streams", `{"title":"another"}`}, {"DELETE", "/api/sessions/current", ""},
	} {
		res, text := s.send(t, other.method, other.path, other.body, keyed("k1", ours)...)
		wantProblem(t, res, text, 422, fault.KeyReused)
	}
	if last := s.events(t); last != written {
		t.Errorf("repetitions wrote %d events", last-written)
	}
	for name, header := range map[string][]string{"another key": keyed("k2", ours), "another account": keyed("k1", theirs)} {
		if res, other := s.send(t, "POST", "/api/streams", body, header...); res.StatusCode != http.StatusOK || other == text || res.Header.Get("Idempotency-Replayed") != "" {
			t.Errorf("%s: status %d, %s", name, res.StatusCode, other)
		}
	}

	// Who may not call is refused before anything is told of earlier answers.
	res, text := s.send(t, "POST", "/api/streams", body, keyed("k1", []string{"Authorization", "Bearer viewer"})...)
	wantProblem(t, res, text, 403, fault.Forbidden)
	res, text = s.send(t, "POST", "/api/streams", body, keyed("k1", nil)...)
	wantProblem(t, res, text, 401, fault.Unauthenticated)
}

// A refusal for good is an answer like any other.
func TestRepeatedRefusalIsTheSame(t *testing.T) {
	t.Parallel()
	s := start(t, nil)
	first, text := s.send(t, "POST", "/api/streams", `{"title":""}`, keyed("k1", ours)...)
	wantProblem(t, first, text, 400, fault.Invalid)
	again, textAgain := s.send(t, "POST", "/api/streams", `{"title":""}`, keyed("k1", ours)...)
	same(t, first, text, again, textAgain)
}

// An answer that says to try again is not kept: trying again would otherwise be of no use.
func TestUnclearOutcomeIsNotKept(t *testing.T) {
	t.Parallel()
	s := start(t, nil)
	for _, attempt := range []string{"first", "second"} {
		res, text := s.send(t, "POST", "/api/fickle", `{}`, keyed("k1", ours)...)
		wantProblem(t, res, text, 503, fault.Unavailable)
		if res.Header.Get("Retry-After") != "7" || res.Header.Get("Idempotency-Replayed") != "" {
			t.Errorf("%s: %v", attempt, res.Header)
		}
	}
	if n := s.door.calls.Load(); n != 2 {
		t.Errorf("it was tried %d times", n)
	}
}

func TestSecretIsToldOnce(t *testing.T) {
	t.Parallel()
	s := start(t, nil)
	for _, path := range []string{"/api/sessions", "/api/secrets"} {
		res, text := s.send(t, "POST", path, `{"secret":"ours"}`, keyed("k1"+path, ours)...)
		if res.StatusCode != http.StatusOK {
			t.Fatalf("%s: status %d, %s", path, res.StatusCode, text)
		}
		res, text = s.send(t, "POST", path, `{"secret":"ours"}`, keyed("k1"+path, ours)...)
		wantProblem(t, res, text, 409, fault.Conflict)
		if len(res.Cookies()) > 0 {
			t.Errorf("%s: the session is told again", path)
		}
	}
	// What was refused has told nothing.
	for range 2 {
		res, text := s.send(t, "POST", "/api/secrets", `{"secret":""}`, keyed("k2", ours)...)
		wantProblem(t, res, text, 400, fault.Invalid)
	}
	rows, err := s.db(t).Query(t.Context(), "select id || request || coalesce(answer, '')::text from vault.answers")
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var row string
		if err := rows.Scan(&row); err != nil {
			t.Fatal(err)
		}
		if strings.Contains(row, "ours") || strings.Contains(row, "k1") {
			t.Errorf("the vault has %s", row)
		}
	}
}

// Of many at once one runs, and the others are asked to come back for its answer.
func TestRepeatedWhileTheFirstRuns(t *testing.T) {
	t.Parallel()
	s := start(t, nil)
	done := make(chan string)
	go func() {
		_, text := s.send(t, "POST", "/api/slow", `{}`, keyed("k1", ours)...)
		done <- text
	}()
	<-s.door.began
	var group sync.WaitGroup
	for range 5 {
		group.Go(func() {
			res, text := s.send(t, "POST", "/api/slow", `{}`, keyed("k1", ours)...)
			wantProblem(t, res, text, 409, fault.Conflict)
			if res.Header.Get("Retry-After") != "1" {
				t.Errorf("retry after %q", res.Header.Get("Retry-After"))
			}
		})
	}
	group.Wait()
	close(s.door.goOn)
	text := <-done
	if _, again := s.send(t, "POST", "/api/slow", `{}`, keyed("k1", ours)...); again != text {
		t.Errorf("first %s, again %s", text, again)
	}
}

// Whoever is the first of many at the same moment, there is one.
func TestManyAtOnceAreDoneOnce(t *testing.T) {
	t.Parallel()
	s := start(t, nil)
	written := s.events(t)
	answers := make(chan string, 16)
	var group sync.WaitGroup
	for range cap(answers) {
		group.Go(func() {
			res, text := s.send(t, "POST", "/api/streams", `{"title":"x"}`, keyed("k1", ours)...)
			switch res.StatusCode {
			case http.StatusOK:
				answers <- text
			case http.StatusConflict:
			default:
				t.Errorf("status %d, %s", res.StatusCode, text)
			}
		})
	}
	group.Wait()
	close(answers)
	first, told := <-answers
	for text := range answers {
		if text != first {
			t.Errorf("one is told %s, another %s", first, text)
		}
	}
	if last := s.events(t); !told || last != written+1 {
		t.Errorf("told %v, %d events were written", told, last-written)
	}
}

// A gateway that is killed between a command and keeping its answer leaves a run without an end. The
// command then runs again, and the log has its event once.
func TestRunThatWasCutShort(t *testing.T) {
	t.Parallel()
	s := start(t, nil)
	const body = `{"title":"cut short"}`
	_, text := s.send(t, "POST", "/api/streams", body, keyed("k1", ours)...)
	written := s.events(t)
	leave := func(since string) {
		t.Helper()
		if _, err := s.db(t).Exec(t.Context(), "update vault.answers set answer = null, running_until = now() - $1::interval", since); err != nil {
			t.Fatal(err)
		}
	}
	leave("-1 hour")
	res, problem := s.send(t, "POST", "/api/streams", body, keyed("k1", ours)...)
	wantProblem(t, res, problem, 409, fault.Conflict)
	leave("1 second")
	res, problem = s.send(t, "POST", "/api/streams", `{"title":"another"}`, keyed("k1", ours)...)
	wantProblem(t, res, problem, 422, fault.KeyReused)
	res, again := s.send(t, "POST", "/api/streams", body, keyed("k1", ours)...)
	if res.StatusCode != http.StatusOK || again != text {
		t.Errorf("first %s, again %d %s", text, res.StatusCode, again)
	}
	if last := s.events(t); last != written {
		t.Errorf("the second run wrote %d events", last-written)
	}
}

func TestAnswersAreForgottenAfterADay(t *testing.T) {
	t.Parallel()
	s := start(t, nil)
	_, text := s.send(t, "POST", "/api/streams", `{"title":"x"}`, keyed("k1", ours)...)
	if _, err := s.db(t).Exec(t.Context(), "update vault.answers set created_at = now() - interval '25 hours'"); err != nil {
		t.Fatal(err)
	}
	res, other := s.send(t, "POST", "/api/streams", `{"title":"y"}`, keyed("k1", ours)...)
	if res.StatusCode != http.StatusOK || other == text {
		t.Errorf("status %d, %s", res.StatusCode, other)
	}
}

func TestKeysThatAreNone(t *testing.T) {
	t.Parallel()
	s := start(t, nil)
	written := s.events(t)
	for _, key := range []string{"", " ", `""`, strings.Repeat("x", 256), "\xff", "a\tb"} {
		res, text := s.send(t, "POST", "/api/streams", `{"title":"x"}`, keyed(key, ours)...)
		if p := wantProblem(t, res, text, 400, fault.Invalid); p.Errors["Idempotency-Key"] == "" {
			t.Errorf("%q: %+v", key, p)
		}
	}
	if last := s.events(t); last != written {
		t.Errorf("%d events were written", last-written)
	}
	if res, text := s.send(t, "POST", "/api/streams", `{"title":"x"}`, keyed(strings.Repeat("x", 255), ours)...); res.StatusCode != http.StatusOK {
		t.Errorf("the longest key: status %d, %s", res.StatusCode, text)
	}
}

// Without the database nobody knows whether a request is the first; all others are answered.
func TestKeyWithoutTheDatabase(t *testing.T) {
	t.Parallel()
	s := start(t, nil)
	if _, err := s.db(t).Exec(t.Context(), "alter table vault.answers rename to gone"); err != nil {
		t.Fatal(err)
	}
	written := s.events(t)
	res, text := s.send(t, "POST", "/api/streams", `{"title":"x"}`, keyed("k1", ours)...)
	wantProblem(t, res, text, 500, fault.Internal)
	if last := s.events(t); last != written {
		t.Errorf("%d events were written", last-written)
	}
	s.make(t, "x", ours)
}
