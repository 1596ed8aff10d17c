package gateway

import (
	"net/http"
	"testing"

	"github.com/afterglow-live/afterglow/pkg/fault"
)

func TestETag(t *testing.T) {
	t.Parallel()
	s := start(t, nil)
	made, position := s.make(t, "first", ours)
	path := "/api/streams/" + made.ID
	res, text := s.send(t, "GET", path, "", append(ours, "Afterglow-Min-Position", position)...)
	tag := res.Header.Get("ETag")
	if len(tag) < 4 || tag[0] != '"' {
		t.Fatalf("the tag is %q of %s", tag, text)
	}
	for _, c := range []struct {
		header string
		status int
	}{
		{tag, 304}, {"W/" + tag, 304}, {`"0", ` + tag, 304}, {"*", 304}, {`"0"`, 200}, {"0", 200},
	} {
		res, text := s.send(t, "GET", path, "", append(ours, "If-None-Match", c.header)...)
		if res.StatusCode != c.status || res.Header.Get("ETag") != tag || (c.status == 304) != (text == "") {
			t.Errorf("If-None-Match %s: status %d, %q, %v", c.header, res.StatusCode, text, res.Header)
		}
	}
	if res, text = s.send(t, "HEAD", path, "", ours...); res.StatusCode != 200 || text != "" || res.Header.Get("ETag") != tag {
		t.Errorf("head: status %d, %v", res.StatusCode, res.Header)
	}
	// Another answer about the same version is another answer.
	if res, _ = s.send(t, "GET", path+"?shout=!", "", append(ours, "If-None-Match", tag)...); res.StatusCode != 200 || res.Header.Get("ETag") == tag {
		t.Errorf("another answer: status %d, %v", res.StatusCode, res.Header)
	}
	res, _ = s.send(t, "PATCH", path, `{"title":"second"}`, ours...)
	renamed, position := res.Header.Get("ETag"), res.Header.Get("Afterglow-Position")
	if res, _ = s.send(t, "GET", path, "", append(ours, "If-None-Match", tag, "Afterglow-Min-Position", position)...); res.StatusCode != 200 || res.Header.Get("ETag") != renamed || renamed == tag {
		t.Errorf("after an edit: status %d, the tag is %q, was %q, and %q with the edit", res.StatusCode, res.Header.Get("ETag"), tag, renamed)
	}
	if res, _ = s.send(t, "GET", "/api/streams/none", "", ours...); res.StatusCode != 404 || res.Header.Get("ETag") != "" {
		t.Errorf("nothing: status %d, %v", res.StatusCode, res.Header)
	}
}

func TestGuardedEdit(t *testing.T) {
	t.Parallel()
	s := start(t, nil)
	made, position := s.make(t, "first", ours)
	path := "/api/streams/" + made.ID
	res, _ := s.send(t, "GET", path, "", append(ours, "Afterglow-Min-Position", position)...)
	first := res.Header.Get("ETag")
	edit := func(title, match string) (*http.Response, string) {
		t.Helper()
		return s.send(t, "PATCH", path, `{"title":"`+title+`"}`, append(ours, "If-Match", match)...)
	}
	res, text := edit("second", first)
	second := res.Header.Get("ETag")
	if res.StatusCode != 200 || second == first {
		t.Fatalf("status %d, %s", res.StatusCode, text)
	}
	written := s.events(t)
	for _, stale := range []string{first, "W/" + second, `"0"`, `"0", ` + first} {
		res, text := edit("third", stale)
		wantProblem(t, res, text, 412, fault.Precondition)
		if res.Header.Get("ETag") != "" {
			t.Errorf("a problem has the tag %s", res.Header.Get("ETag"))
		}
	}
	for _, wrong := range []string{"0", `"`, `"0", x`} {
		res, text := edit("third", wrong)
		wantProblem(t, res, text, 400, fault.Invalid)
	}
	for _, match := range []string{"*", `"0"`} {
		res, text = s.send(t, "PATCH", "/api/streams/none", `{"title":"x"}`, append(ours, "If-Match", match)...)
		wantProblem(t, res, text, 412, fault.Precondition)
	}
	res, text = s.send(t, "PATCH", "/api/streams/none", `{"title":"x"}`, ours...)
	wantProblem(t, res, text, 404, fault.NotFound)
	res, text = s.send(t, "POST", "/api/streams", `{"title":"x"}`, append(ours, "If-Match", first)...)
	wantProblem(t, res, text, 400, fault.Invalid)
	if last := s.events(t); last != written {
		t.Errorf("refused edits wrote %d events", last-written)
	}
	if res, text = edit("third", `"0", `+second); res.StatusCode != 200 {
		t.Errorf("one of two tags: status %d, %s", res.StatusCode, text)
	}
	if res, text = edit("fourth", "*"); res.StatusCode != 200 {
		t.Errorf("any version: status %d, %s", res.StatusCode, text)
	}
	if res, text = s.send(t, "GET", path, "", append(ours, "If-Match", first, "Afterglow-Min-Position", res.Header.Get("Afterglow-Position"))...); res.StatusCode != 412 {
		t.Errorf("reading a version that is no more: status %d, %s", res.StatusCode, text)
	}
}

// An endpoint that takes a guard and does not look at it would lose somebody's work.
func TestGuardThatIsNotLookedAt(t *testing.T) {
	t.Parallel()
	s := start(t, nil)
	made, _ := s.make(t, "first", ours)
	res, text := s.send(t, "POST", "/api/streams/"+made.ID+"/careless", `{}`, append(ours, "If-Match", "*")...)
	wantProblem(t, res, text, 500, fault.Internal)
}
