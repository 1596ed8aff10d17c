package e2e

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"strings"
	"testing"
)

const (
	position    = "Afterglow-Position"
	minPosition = "Afterglow-Min-Position"
)

// client calls the platform as a browser or as a program does.
type client struct {
	url string
	// header goes with every request, and with the opening of every websocket.
	header http.Header
}

// visitor is a browser in which nobody is signed in.
func (p *platform) visitor() *client {
	return &client{url: p.url(), header: http.Header{"Origin": {p.url()}, "Sec-Fetch-Site": {"same-origin"}}}
}

// program is a program that shows a token.
func (p *platform) program(token string) *client {
	return &client{url: p.url(), header: http.Header{"Authorization": {"Bearer " + token}}}
}

// browser is a browser in which the owner is signed in.
func (p *platform) browser(t testing.TB) *client {
	t.Helper()
	c := p.visitor()
	res := c.call(t, http.MethodPost, "/api/sessions", map[string]string{"email": email, "password": password}, nil)
	pair, attributes, _ := strings.Cut(res.header.Get("Set-Cookie"), ";")
	for _, wanted := range []string{"HttpOnly", "SameSite=Lax", "Path=/"} {
		if !strings.Contains(attributes, wanted) {
			t.Errorf("the cookie's attributes %q are without %s", attributes, wanted)
		}
	}
	c.header.Set("Cookie", pair)
	return c
}

// response is an answer that has come whole.
type response struct {
	status int
	header http.Header
	body   []byte
}

// try sends a request. An error means that no whole answer has come.
func (c *client) try(ctx context.Context, method, path string, body any, header http.Header) (response, error) {
	var content []byte
	if body != nil {
		var err error
		if content, err = json.Marshal(body); err != nil {
			return response{}, err
		}
	}
	req, err := http.NewRequestWithContext(ctx, method, c.url+path, bytes.NewReader(content))
	if err != nil {
		return response{}, err
	}
	maps.Copy(req.Header, c.header)
	maps.Copy(req.Header, header)
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	return send(req)
}

func send(req *http.Request) (response, error) {
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return response{}, err
	}
	defer func() { _ = res.Body.Close() }()
	content, err := io.ReadAll(res.Body)
	return response{res.StatusCode, res.Header, content}, err
}

// decode reads a good answer; another one is an error.
func (r response) decode(out any) error {
	if r.status/100 != 2 {
		return fmt.Errorf("the answer is %d: %s", r.status, r.body)
	}
	if out == nil {
		return nil
	}
	return json.Unmarshal(r.body, out)
}

// call sends a request and wants a good answer. It reads again while a part of the platform is behind or away.
func (c *client) call(t testing.TB, method, path string, body, out any, header ...string) response {
	t.Helper()
	var res response
	var err error
	ctx := soon(t)
	poll(t, method+" "+path+" is not answered", func() bool {
		res, err = c.try(ctx, method, path, body, headers(header))
		return method != http.MethodGet || err != nil || res.status != http.StatusServiceUnavailable
	})
	if err == nil {
		err = res.decode(out)
	}
	if err != nil {
		t.Fatalf("%s %s: %v", method, path, err)
	}
	return res
}

// refused wants a GET to be answered with an error.
func (c *client) refused(t testing.TB, path string, status int) {
	t.Helper()
	res, err := c.try(soon(t), http.MethodGet, path, nil, nil)
	check(t, err)
	if res.status != status || res.header.Get("Content-Type") != "application/problem+json" {
		t.Errorf("GET %s: %d %s %s; want %d", path, res.status, res.header.Get("Content-Type"), res.body, status)
	}
}

// all pages through a list.
func all[T any](t testing.TB, c *client, path, cursor string) []T {
	t.Helper()
	var items []T
	for next := ""; ; {
		var page struct {
			Items []T
			Next  string
		}
		address := path + "?limit=200"
		if next != "" {
			address += "&" + cursor + "=" + next
		}
		c.call(t, http.MethodGet, address, nil, &page)
		items = append(items, page.Items...)
		if next = page.Next; next == "" {
			return items
		}
	}
}

// headers makes a header of names and values.
func headers(pairs []string) http.Header {
	h := http.Header{}
	for i := 0; i+1 < len(pairs); i += 2 {
		h.Set(pairs[i], pairs[i+1])
	}
	return h
}
