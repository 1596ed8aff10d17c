package clips_test

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/afterglow-live/afterglow/events"
	"github.com/afterglow-live/afterglow/pkg/fault"
	"github.com/afterglow-live/afterglow/pkg/testkit"
	"github.com/afterglow-live/afterglow/services/clips"
)

// unavailable is what an object store answers that has too much to do.
func unavailable(w http.ResponseWriter, _ *http.Request) bool {
	w.WriteHeader(http.StatusServiceUnavailable)
	return true
}

// An object store that fails again and again, and then works, costs nothing but time.
func TestStoreFailsForAWhile(t *testing.T) {
	t.Parallel()
	p := testkit.Platform(t)
	m := testkit.Meddle(t, &p)
	s := testkit.Start(t, p, idle())
	data := bytes.Repeat([]byte("0123456789abcdef"), 40<<20/16)
	up := start(t, s, "a.mkv", len(data), nil)
	for _, p := range up.Parts {
		put(t, p.URL, part(up, data, p.Number))
	}
	var mu sync.Mutex
	failed := map[string]int{}
	m.With(func(w http.ResponseWriter, r *http.Request) bool {
		mu.Lock()
		defer mu.Unlock()
		kind := r.Method + " " + strings.SplitN(r.URL.RawQuery, "=", 2)[0]
		if failed[kind]++; failed[kind] > 2 {
			return false
		}
		return unavailable(w, r)
	})
	if c := finish(t, s, up); c.Size != int64(len(data)) {
		t.Errorf("clip %+v", c)
	}
	if len(failed) < 4 {
		t.Errorf("only these failed: %v", failed)
	}
}

// While the object store is away, an upload is neither lost nor done, and then it goes on.
func TestStoreIsAway(t *testing.T) {
	t.Parallel()
	p := testkit.Platform(t)
	m := testkit.Meddle(t, &p)
	s := testkit.Start(t, p, idle())
	data := []byte("while the store was away")
	up := start(t, s, "a.mkv", len(data), nil)
	put(t, up.Parts[0].URL, data)
	m.With(unavailable)
	for _, endpoint := range []string{"POST /api/uploads/{upload}/complete", "DELETE /api/uploads/{upload}"} {
		err := call(t, s, ours, endpoint, "upload", up.ID)
		testkit.WantFault(t, err, fault.Unavailable)
		if !strings.Contains(err.Error(), "try again") || strings.Contains(err.Error(), "sources/") {
			t.Errorf("%s: %v", endpoint, err)
		}
	}
	m.With(nil)
	if c := finish(t, s, up); c.Size != int64(len(data)) {
		t.Errorf("clip %+v", c)
	}
}

// A file that is read back in pieces, because the connection breaks off, is checked whole.
func TestStoreBreaksOffReading(t *testing.T) {
	t.Parallel()
	p := testkit.Platform(t)
	m := testkit.Meddle(t, &p)
	s := testkit.Start(t, p, idle())
	data := bytes.Repeat([]byte("fedcba9876543210"), 4<<20/16)
	up := start(t, s, "a.mkv", len(data), nil)
	put(t, up.Parts[0].URL, data)
	var reads atomic.Int64
	m.With(func(w http.ResponseWriter, r *http.Request) bool {
		if r.Method == http.MethodGet && r.URL.RawQuery == "" && reads.Add(1) < 4 {
			m.Store.ServeHTTP(&short{ResponseWriter: w, left: 1 << 20}, r)
		}
		return false
	})
	c := finish(t, s, up)
	again := start(t, s, "b.mkv", len(data), nil)
	m.With(nil)
	put(t, again.Parts[0].URL, data)
	if same := finish(t, s, again); same.ID != c.ID || reads.Load() != 4 {
		t.Errorf("content %s was read as %s, in %d pieces", same.SHA256, c.SHA256, reads.Load())
	}
}

// short is an answer that breaks off.
type short struct {
	http.ResponseWriter
	left int
}

func (s *short) Write(data []byte) (int, error) {
	if len(data) <= s.left {
		s.left -= len(data)
		return s.ResponseWriter.Write(data)
	}
	_, _ = s.ResponseWriter.Write(data[:s.left])
	_ = http.NewResponseController(s.ResponseWriter).Flush()
	panic(http.ErrAbortHandler)
}

// A part whose sending breaks off has not arrived; put again, it has.
func TestPartBreaksOff(t *testing.T) {
	t.Parallel()
	p := testkit.Platform(t)
	m := testkit.Meddle(t, &p)
	s := testkit.Start(t, p, idle())
	data := bytes.Repeat([]byte("0123456789abcdef"), 20<<20/16)
	up := start(t, s, "a.mkv", len(data), nil)
	put(t, up.Parts[1].URL, part(up, data, 2))
	m.With(func(w http.ResponseWriter, r *http.Request) bool {
		r.Body = io.NopCloser(io.LimitReader(r.Body, 5<<20))
		m.Store.ServeHTTP(w, r)
		return true
	})
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPut, up.Parts[0].URL, bytes.NewReader(part(up, data, 1)))
	if err != nil {
		t.Fatal(err)
	}
	if res, err := http.DefaultClient.Do(req); err == nil {
		if _ = res.Body.Close(); res.StatusCode == http.StatusOK {
			t.Fatal("half a part has arrived")
		}
	}
	m.With(nil)
	testkit.WantFault(t, call(t, s, ours, "POST /api/uploads/{upload}/complete", "upload", up.ID), fault.Conflict)
	var now clips.Upload
	if _, err := s.Call(t, ours, "GET /api/uploads/{upload}", testkit.Params("upload", up.ID), &now); err != nil || len(now.Arrived) != 1 {
		t.Fatalf("%+v, %v", now.Arrived, err)
	}
	put(t, now.Parts[0].URL, part(up, data, 1)[:100]) // one that is too short
	testkit.WantFault(t, call(t, s, ours, "POST /api/uploads/{upload}/complete", "upload", up.ID), fault.Conflict)
	put(t, now.Parts[0].URL, part(up, data, 1))
	finish(t, s, up)
}

// isCompletion tells the request that makes one object of the parts.
func isCompletion(r *http.Request) bool {
	return r.Method == http.MethodPost && r.URL.Query().Has("uploadId")
}

// An answer that is lost is asked for again, and a file that is still being put together is waited for.
func TestStoreIsSlowToAssemble(t *testing.T) {
	t.Parallel()
	p := testkit.Platform(t)
	m := testkit.Meddle(t, &p)
	s := testkit.Start(t, p, idle())
	data := []byte("in the end it is there")
	up := start(t, s, "a.mkv", len(data), nil)
	put(t, up.Parts[0].URL, data)
	unfinished := func(w http.ResponseWriter, r *http.Request) bool {
		switch {
		case isCompletion(r): // some answer at once, and are not done yet
			_, _ = io.WriteString(w, `<CompleteMultipartUploadResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Bucket>b</Bucket><Key>k</Key><ETag>"e"</ETag></CompleteMultipartUploadResult>`)
		case r.Method == http.MethodGet && r.URL.Query().Has("uploadId"):
			w.WriteHeader(http.StatusNotFound)
			_, _ = io.WriteString(w, `<Error><Code>NoSuchUpload</Code></Error>`)
		default:
			return false
		}
		return true
	}
	m.With(func(w http.ResponseWriter, r *http.Request) bool { return isCompletion(r) && unfinished(w, r) })
	testkit.WantFault(t, call(t, s, ours, "POST /api/uploads/{upload}/complete", "upload", up.ID), fault.Unavailable)
	m.With(unfinished)
	testkit.WantFault(t, call(t, s, ours, "POST /api/uploads/{upload}/complete", "upload", up.ID), fault.Unavailable)
	testkit.WantFault(t, call(t, s, ours, "GET /api/uploads/{upload}", "upload", up.ID), fault.Unavailable)
	var lost atomic.Bool
	m.With(func(w http.ResponseWriter, r *http.Request) bool {
		if isCompletion(r) && lost.CompareAndSwap(false, true) {
			m.Store.ServeHTTP(httptest.NewRecorder(), r)
			panic(http.ErrAbortHandler)
		}
		return false
	})
	if c := finish(t, s, up); c.Size != int64(len(data)) || !lost.Load() {
		t.Errorf("clip %+v", c)
	}
}

// An upload that is completed by several at once is one clip, and its file is put together once.
func TestCompletedByManyAtOnce(t *testing.T) {
	t.Parallel()
	p := testkit.Platform(t)
	m := testkit.Meddle(t, &p)
	s := testkit.Start(t, p, idle())
	data := bytes.Repeat([]byte("0123456789abcdef"), 40<<20/16)
	up := start(t, s, "a.mkv", len(data), nil)
	for _, p := range up.Parts {
		put(t, p.URL, part(up, data, p.Number))
	}
	var completions atomic.Int64
	m.With(func(_ http.ResponseWriter, r *http.Request) bool {
		if isCompletion(r) {
			completions.Add(1)
		}
		return false
	})
	ids := make([]string, 8)
	var group sync.WaitGroup
	for i := range ids {
		group.Go(func() { ids[i] = finish(t, s, up).ID })
	}
	group.Wait()
	for _, id := range ids {
		if id == "" || id != ids[0] {
			t.Fatalf("clips %v", ids)
		}
	}
	if completions.Load() != 1 {
		t.Errorf("it was put together %d times", completions.Load())
	}
}

// An object store that is too busy does not use up the tries of a job.
func TestStoreIsBusyForAJob(t *testing.T) {
	t.Parallel()
	p := testkit.Platform(t)
	m := testkit.Meddle(t, &p)
	service := only("clips-probe")
	service.Reactors[0].Attempts = 1
	s := testkit.Start(t, p, service)
	source := filepath.Join(t.TempDir(), "source")
	if err := os.WriteFile(source, []byte("a text"), 0o600); err != nil {
		t.Fatal(err)
	}
	registered := inWork("c1", 1)[0].(events.ClipRegistered)
	if err := p.Blob.Upload(t.Context(), source, registered.Object); err != nil {
		t.Fatal(err)
	}
	var asked atomic.Int64
	m.With(func(w http.ResponseWriter, r *http.Request) bool {
		return asked.Add(1) <= 15 && unavailable(w, r) // more often than the client asks by itself
	})
	happened(t, s, registered)
	if c := testkit.WaitDocument(t, s, "ours", "clip/c1", ended); c.State != "refused" {
		t.Errorf("clip %+v", c)
	}
}
