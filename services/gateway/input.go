package gateway

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/labstack/echo/v4"

	"github.com/afterglow-live/afterglow/pkg/api"
	"github.com/afterglow-live/afterglow/pkg/fault"
)

const (
	// bodyLimit is how large a request may be, in bytes; files go to the object store. With its
	// headers it fits into a NATS message, which is 1 MiB unless a server is told otherwise.
	bodyLimit = 768 << 10
	// nameLimit, restLimit and valueLimit are how many bytes a path parameter or a topic, the rest of
	// a path, and a value of the query may have.
	nameLimit, restLimit, valueLimit = 200, 300, 1000
	// bodyWait is how long a request may take to arrive.
	bodyWait = 30 * time.Second
)

// zeroCharacter is one that is written as JSON does, and not a backslash before "u0000".
var zeroCharacter = regexp.MustCompile(`(^|[^\\])(\\\\)*\\u0000`)

// params are those of the query, the last of each name, and those of the path.
func params(c echo.Context, route api.Route) (map[string]string, error) {
	all, err := query(c.Request())
	if err != nil {
		return nil, err
	}
	for i, name := range route.PathParams() {
		if _, given := all[name]; given {
			return nil, fault.Field(name, "this is part of the path; leave it out of the query")
		}
		value := c.ParamValues()[i]
		if c.Request().URL.RawPath != "" { // echo then routes the path as it was sent
			value, err = url.PathUnescape(value)
		}
		most := nameLimit
		if strings.HasSuffix(route.Path, "{"+name+"...}") {
			most = restLimit
		}
		if err != nil || !isText(value, most) {
			return nil, fault.New(fault.NotFound, "there is nothing at this path")
		}
		all[name] = value
	}
	for _, name := range route.Headers {
		if value := c.Request().Header.Get(name); isText(value, valueLimit) {
			all[name] = value
		}
	}
	return all, nil
}

// query has the last value of each name.
func query(r *http.Request) (map[string]string, error) {
	list, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return nil, fault.New(fault.Invalid, "the query is no list of name=value")
	}
	all := map[string]string{}
	for name, values := range list {
		if !isText(name, nameLimit) {
			return nil, fault.New(fault.Invalid, "the query has a name that is too long, or no text")
		}
		all[name] = values[len(values)-1]
		if !isText(all[name], valueLimit) {
			return nil, fault.Field(name, "this should be text of at most %d bytes without control characters", valueLimit)
		}
	}
	return all, nil
}

// isText tells whether the value is UTF-8 without control characters, of at most so many bytes.
func isText(value string, most int) bool {
	return len(value) <= most && utf8.ValidString(value) && !strings.ContainsFunc(value, unicode.IsControl)
}

// bodyOf is what came with a request, in the form that its endpoint reads.
func bodyOf(c echo.Context, route api.Route) (json.RawMessage, error) {
	if route.Raw {
		return received(c)
	}
	return body(c)
}

// received are the bytes that came with a request, as they came.
func received(c echo.Context) ([]byte, error) {
	control := http.NewResponseController(c.Response())
	_ = control.SetReadDeadline(time.Now().Add(bodyWait))
	text, err := io.ReadAll(http.MaxBytesReader(c.Response(), c.Request().Body, bodyLimit))
	_ = control.SetReadDeadline(time.Time{})
	if tooLarge := (*http.MaxBytesError)(nil); err != nil && !errors.As(err, &tooLarge) {
		return nil, fault.New(fault.Invalid, "the request did not arrive whole")
	}
	return text, err
}

// body is the JSON object that came with a request, if any.
func body(c echo.Context) (json.RawMessage, error) {
	r := c.Request()
	if r.ContentLength == 0 {
		return nil, nil
	}
	if kind, _, err := mime.ParseMediaType(r.Header.Get(echo.HeaderContentType)); err != nil || kind != "application/json" {
		return nil, fault.New(fault.Invalid, "send a JSON object, with Content-Type: application/json")
	}
	text, err := received(c)
	if err != nil {
		return nil, err
	}
	text = bytes.TrimSpace(text)
	if len(text) > 0 && text[0] != '{' || zeroCharacter.Match(text) {
		return nil, fault.New(fault.Invalid, "send a JSON object, and no zero characters in it")
	}
	return text, nil
}
