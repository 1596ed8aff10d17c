package testkit

import (
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"sync/atomic"
	"testing"

	"github.com/afterglow-live/afterglow/pkg/blob"
	"github.com/afterglow-live/afterglow/pkg/run"
)

// Meddler stands before an object store, and may do something to what goes through.
type Meddler struct {
	// Store handles a request as the store does.
	Store  http.Handler
	meddle atomic.Pointer[func(http.ResponseWriter, *http.Request) bool]
}

// Meddle puts a meddler before the platform's object store.
func Meddle(t testing.TB, p *run.Platform) *Meddler {
	t.Helper()
	cfg := Bucket(t, *p)
	target, err := url.Parse(cfg.Endpoint)
	if err != nil {
		t.Fatal(err)
	}
	m := &Meddler{Store: &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
		r.SetURL(target)
		r.Out.Host = r.In.Host // it is signed
	}}}
	server := httptest.NewServer(m)
	t.Cleanup(server.Close)
	cfg.Endpoint = server.URL
	if p.Blob, err = blob.Open(t.Context(), cfg); err != nil {
		t.Fatal(err)
	}
	return m
}

// With has requests handled in another way from now on: by what is given, or by the store when that answers
// false. Without anything it all goes through.
func (m *Meddler) With(meddle func(http.ResponseWriter, *http.Request) bool) { m.meddle.Store(&meddle) }

// ServeHTTP handles a request to the store.
func (m *Meddler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if meddle := m.meddle.Load(); meddle == nil || *meddle == nil || !(*meddle)(w, r) {
		m.Store.ServeHTTP(w, r)
	}
}
