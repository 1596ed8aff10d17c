package twitch

import (
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Failure is an answer out of the script instead of the real one.
type Failure struct {
	// Method and Path are what it applies to, for instance GET and "/helix/streams"; empty is any.
	Method string `json:"method"`
	Path   string `json:"path"`
	// Times is how often; zero is until it is mended.
	Times int `json:"times"`
	// Delay is how long, by the server's clock, the request waits before anything else.
	Delay time.Duration `json:"-"`
	// Hang does not answer until the client gives up.
	Hang bool `json:"hang"`
	// Status is answered; zero lets the request pass, after the delay.
	Status int `json:"status"`
	// Header is added to the answer; a 429 has Twitch's own unless it is given.
	Header map[string]string `json:"header"`
	// Body is answered as it is; empty is what Twitch says with the status.
	Body string `json:"body"`
	// Lost does what was asked for before it answers, as when the true answer got lost.
	Lost bool `json:"lost"`
}

// Fail adds a failure to the script; of several that apply, the first is taken until it is used up.
func (s *Server) Fail(f Failure) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.failures = append(s.failures, &f)
}

// Mend takes all failures out of the script.
func (s *Server) Mend() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.failures = nil
}

// failing counts the requests and answers those that the script says fail.
func (s *Server) failing(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		failure := s.count(r)
		if failure == nil {
			next.ServeHTTP(w, r)
			return
		}
		if failure.Delay > 0 && !s.pause(r, failure.Delay) {
			return
		}
		switch {
		case failure.Hang:
			_, _ = io.Copy(io.Discard, r.Body) // from then on it is heard when the client gives up
			select {
			case <-r.Context().Done():
			case <-s.ctx.Done():
			}
		case failure.Status == 0:
			next.ServeHTTP(w, r)
		default:
			if failure.Lost {
				next.ServeHTTP(discard{http.Header{}}, r)
			}
			failure.answer(w, s.clock.Now())
		}
	})
}

// count counts a request and answers the failure that applies to it.
func (s *Server) count(r *http.Request) *Failure {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calls[r.Method+" "+r.URL.Path]++
	s.note()
	i := slices.IndexFunc(s.failures, func(f *Failure) bool {
		return (f.Method == "" || f.Method == r.Method) && (f.Path == "" || f.Path == r.URL.Path)
	})
	if i < 0 || strings.HasPrefix(r.URL.Path, "/__control/") {
		return nil
	}
	failure := s.failures[i]
	if failure.Times == 1 {
		s.failures = slices.Delete(s.failures, i, i+1)
	} else if failure.Times > 1 {
		failure.Times--
	}
	return failure
}

// pause waits by the server's clock; it answers false when the client has gone meanwhile.
func (s *Server) pause(r *http.Request, d time.Duration) bool {
	over := make(chan struct{})
	defer s.clock.AfterFunc(d, func() { close(over) })()
	s.hold(1)
	defer s.hold(-1)
	select {
	case <-over:
		return true
	case <-r.Context().Done():
	case <-s.ctx.Done():
	}
	return false
}

// hold counts the requests that wait.
func (s *Server) hold(more int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.held += more
	s.note()
}

func (f *Failure) answer(w http.ResponseWriter, now time.Time) {
	w.Header().Set("Content-Type", "application/json")
	if f.Status == http.StatusTooManyRequests && f.Header == nil {
		w.Header().Set("Ratelimit-Limit", "800")
		w.Header().Set("Ratelimit-Remaining", "0")
		w.Header().Set("Ratelimit-Reset", strconv.FormatInt(now.Add(time.Minute).Unix(), 10))
	}
	for name, value := range f.Header {
		w.Header().Set(name, value)
	}
	w.WriteHeader(f.Status)
	body := f.Body
	if body == "" {
		body = fmt.Sprintf(`{"error":%q,"status":%d,"message":""}`, http.StatusText(f.Status), f.Status)
	}
	_, _ = io.WriteString(w, body)
}

// discard is a writer whose answer nobody gets.
type discard struct{ header http.Header }

func (d discard) Header() http.Header         { return d.header }
func (d discard) Write(b []byte) (int, error) { return len(b), nil }
func (d discard) WriteHeader(int)             {}
