package testkit

import (
	"net/http"
	"net/url"
	"testing"
)

// Visit goes to an address as a browser does, and answers where it is sent from there.
func Visit(t testing.TB, address string) *url.URL {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	res, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	_ = res.Body.Close()
	to, err := res.Location()
	if err != nil {
		t.Fatalf("%s answered %s, and sends nowhere: %v", address, res.Status, err)
	}
	return to
}
