// Package helix speaks to Twitch: to its OAuth server, and to its API, which is called Helix. It hides
// HTTP, how tokens are renewed, the limits of calls, and what Twitch's JSON looks like. No token is in
// its errors.
package helix

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"time"
)

const (
	// answerTime is how long one answer of Twitch may take.
	answerTime = 10 * time.Second
	// patience is how long a call waits until it may be made again.
	patience = 5 * time.Second
	// answerLimit is how many bytes an answer may have.
	answerLimit = 4 << 20
)

// Access is what calls are made with.
type Access struct {
	// ClientID is the application that the token was made for.
	ClientID string
	Token    string
	// Scopes are what the token allows; nil when that is not known, as with an application's own.
	Scopes []string
}

// Source gives what to make calls with. When Twitch did not accept a token, it is asked again with that
// token, and answers another one.
type Source func(ctx context.Context, refused string) (Access, error)

// Client makes calls to Helix. What a newer token, a moment's wait or a second try can mend, it mends.
// Errors are *Error, or what the Source answers.
type Client struct {
	url    string
	source Source
	wait   func(context.Context, time.Duration) error
}

// New makes a client of Helix at a URL that has no slash at its end.
func New(url string, source Source) *Client { return &Client{url, source, wait} }

// client follows nobody elsewhere: what is sent is for Twitch alone.
var client = &http.Client{
	Timeout:       answerTime,
	CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
}

// call is a call to Helix.
type call struct {
	method, path string
	query        url.Values
	// body is sent as JSON unless it is nil.
	body any
	// scope is what the token has to allow; empty is nothing.
	scope string
}

// do makes the call, and decodes the answer into out unless it is nil.
func (c *Client) do(ctx context.Context, with call, out any) error {
	access, err := c.source(ctx, "")
	if err != nil {
		return err
	}
	var renewed, waited, repeated bool
	for {
		if with.scope != "" && access.Scopes != nil && !slices.Contains(access.Scopes, with.scope) {
			return &Error{Kind: MissingScope, Scope: with.scope, Message: "the token does not allow " + with.scope}
		}
		err := c.once(ctx, with, access, out)
		var e *Error
		if !errors.As(err, &e) || ctx.Err() != nil {
			return err
		}
		switch {
		case e.Kind == Unauthorised && !renewed:
			renewed = true
			if access, err = c.source(ctx, access.Token); err != nil {
				return err
			}
		case e.Status == http.StatusServiceUnavailable && !repeated:
			repeated = true
		case e.soon(ctx) && !waited:
			waited = true
			if err := c.wait(ctx, time.Until(e.Until)); err != nil {
				return e
			}
		default:
			return err
		}
	}
}

// once makes the call a single time.
func (c *Client) once(ctx context.Context, with call, access Access, out any) error {
	var body io.Reader
	if with.body != nil {
		text, err := json.Marshal(with.body)
		if err != nil {
			return fmt.Errorf("twitch %s: %w", with.path, err)
		}
		body = bytes.NewReader(text)
	}
	req, err := http.NewRequestWithContext(ctx, with.method, c.url+with.path+"?"+with.query.Encode(), body)
	if err != nil {
		return fmt.Errorf("twitch %s: %w", with.path, err)
	}
	req.Header.Set("Authorization", "Bearer "+access.Token)
	req.Header.Set("Client-Id", access.ClientID)
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	return send(req, out, access.Token)
}

// send makes a request, and decodes the answer into out unless it is nil. Secrets are kept out of errors.
func send(req *http.Request, out any, secrets ...string) error {
	res, err := client.Do(req)
	if err != nil {
		return away(req, err.Error(), secrets...)
	}
	defer func() { _ = res.Body.Close() }()
	text, err := io.ReadAll(io.LimitReader(res.Body, answerLimit+1))
	text = WithoutZero(text)
	switch {
	case res.StatusCode < 200 || res.StatusCode > 299:
		return refusal(req, res, text, secrets...)
	case err != nil:
		return away(req, err.Error(), secrets...)
	case len(text) > answerLimit:
		return away(req, fmt.Sprintf("the answer has more than %d bytes", answerLimit))
	case out == nil:
		return nil
	}
	if err := json.Unmarshal(text, out); err != nil {
		return away(req, "the answer is not what was expected: "+err.Error(), secrets...)
	}
	return nil
}

// wait returns when the time has passed, or the context has ended.
func wait(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}

// page is how Helix answers: a list, and where it goes on.
type page[T any] struct {
	Data       []T `json:"data"`
	Pagination struct {
		Cursor string `json:"cursor"`
	} `json:"pagination"`
}

// list makes a call that answers a list, of which one page is enough.
func list[T any](ctx context.Context, c *Client, with call) ([]T, error) {
	var answer page[T]
	err := c.do(ctx, with, &answer)
	return answer.Data, err
}

// one makes a call that answers a list of one.
func one[T any](ctx context.Context, c *Client, with call) (T, error) {
	items, err := list[T](ctx, c, with)
	if err == nil && len(items) == 0 {
		err = &Error{Kind: Unavailable, Message: "the answer to " + with.path + " is empty"}
	}
	if err != nil {
		var none T
		return none, err
	}
	return items[0], nil
}
