package helix

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// Kind says what kind of thing went wrong.
type Kind string

// The kinds of errors.
const (
	// Unauthorised: the token is not accepted, and a newer one neither.
	Unauthorised Kind = "unauthorised"
	// MissingScope: the token does not allow this.
	MissingScope Kind = "missing scope"
	// Limited: that was too much; Error.Until says when it may be tried again, if Twitch says so.
	Limited Kind = "limited"
	// Unavailable: Twitch does not answer, or not as it should.
	Unavailable Kind = "unavailable"
	// Refused: Twitch does not do this; Error.Message says why.
	Refused Kind = "refused"
)

// messageLimit is how many bytes are kept of what Twitch says.
const messageLimit = 300

// Error is why Twitch did not do what it was asked for.
type Error struct {
	Kind Kind
	// Status is that of HTTP; zero when there was no answer.
	Status int
	// Message is what Twitch says, without secrets.
	Message string
	// Scope is the one that is missing, for MissingScope.
	Scope string
	// ID is that of the subscription that is there already, if Twitch tells it.
	ID string
	// Until is when a call may be made again, for Limited; zero when Twitch does not say.
	Until time.Time
}

func (e *Error) Error() string {
	if e.Status == 0 {
		return fmt.Sprintf("twitch: %s: %s", e.Kind, e.Message)
	}
	return fmt.Sprintf("twitch: %s (%d): %s", e.Kind, e.Status, e.Message)
}

// soon tells that it is worth waiting until the call may be made again.
func (e *Error) soon(ctx context.Context) bool {
	if e.Kind != Limited || e.Until.IsZero() || time.Until(e.Until) > patience {
		return false
	}
	end, ends := ctx.Deadline()
	return !ends || e.Until.Before(end)
}

// away is the error of a request that was not answered as it should.
func away(req *http.Request, why string, secrets ...string) *Error {
	return &Error{Kind: Unavailable, Message: clean(req.URL.Path+": "+why, secrets)}
}

// refusal reads an answer that is no success.
func refusal(req *http.Request, res *http.Response, text []byte, secrets ...string) *Error {
	var said struct {
		Message string `json:"message"`
		Error   string `json:"error"`
		Data    []struct {
			ID string `json:"id"`
		} `json:"data"`
		ID string `json:"id"`
	}
	e := &Error{Kind: kindOf(res.StatusCode), Status: res.StatusCode}
	if json.Unmarshal(text, &said) != nil || said.Message+said.Error == "" {
		said.Message = req.URL.Path + ": " + http.StatusText(res.StatusCode)
	}
	if said.Message == "" {
		said.Message = said.Error
	}
	e.Message, e.ID = clean(said.Message, secrets), said.ID
	if len(said.Data) > 0 && e.ID == "" {
		e.ID = said.Data[0].ID
	}
	// A limit of the one thing that was asked for has nothing to do with when the next calls are given.
	if left := res.Header.Get("Ratelimit-Remaining"); e.Kind == Limited && (left == "0" || left == "") {
		if at, err := strconv.ParseInt(res.Header.Get("Ratelimit-Reset"), 10, 64); err == nil {
			e.Until = time.Unix(at, 0)
		}
	}
	return e
}

func kindOf(status int) Kind {
	switch {
	case status == http.StatusUnauthorized:
		return Unauthorised
	case status == http.StatusTooManyRequests:
		return Limited
	case status >= http.StatusInternalServerError || status < http.StatusBadRequest || status == http.StatusRequestTimeout:
		return Unavailable
	}
	return Refused
}

// clean shortens what somebody else has said to a line of printable text without the secrets.
func clean(text string, secrets []string) string {
	for _, secret := range secrets {
		if secret != "" {
			text = strings.ReplaceAll(text, secret, "…")
		}
	}
	text = strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(text, ""))
	if len(text) > messageLimit {
		text = text[:messageLimit]
		for !utf8.ValidString(text) {
			text = text[:len(text)-1]
		}
	}
	return text
}
