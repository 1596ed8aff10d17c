package gateway

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"reflect"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/labstack/echo/v4"

	"github.com/afterglow-live/afterglow/pkg/api"
	"github.com/afterglow-live/afterglow/pkg/blob"
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

	headerPosition    = "Afterglow-Position"
	headerMinPosition = "Afterglow-Min-Position"
)

// endpoint hands a request to the service that answers it.
func (s *server) endpoint(service string, route api.Route) echo.HandlerFunc {
	file := route.Response == reflect.TypeFor[api.File]()
	return func(c echo.Context) error {
		r := c.Request()
		safe := r.Method == http.MethodGet || r.Method == http.MethodHead
		if !safe {
			if err := s.checkOrigin(r); err != nil {
				return err
			}
		}
		given, err := params(c, route)
		if err != nil {
			return err
		}
		caller, err := s.caller(c, route.Roles == nil)
		if err != nil {
			return err
		}
		call := api.Call{Caller: caller, Input: api.Input{Params: given}, MinPosition: r.Header.Get(headerMinPosition)}
		call.Correlation, _ = c.Get(requestIDKey).(string)
		if !safe {
			if call.Body, err = body(c); err != nil {
				return err
			}
		}
		reply, err := api.Do(r.Context(), s.Logs, service, route, call)
		if err != nil {
			return err
		}
		if reply.Session != nil {
			s.setSession(c, *reply.Session)
		}
		if reply.Position != "" {
			c.Response().Header().Set(headerPosition, reply.Position)
		}
		switch {
		case file:
			return s.file(c, reply.Body)
		case len(reply.Body) == 0:
			return c.NoContent(http.StatusNoContent)
		}
		c.Response().Header().Set(echo.HeaderCacheControl, "no-store")
		return c.JSONBlob(http.StatusOK, reply.Body)
	}
}

// params are those of the query, the last of each name, and those of the path.
func params(c echo.Context, route api.Route) (map[string]string, error) {
	all, err := query(c.Request())
	if err != nil {
		return nil, err
	}
	for i, name := range route.PathParams() {
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

// body is the JSON object that came with a request, if any.
func body(c echo.Context) (json.RawMessage, error) {
	r := c.Request()
	if r.ContentLength == 0 {
		return nil, nil
	}
	if kind, _, err := mime.ParseMediaType(r.Header.Get(echo.HeaderContentType)); err != nil || kind != "application/json" {
		return nil, fault.New(fault.Invalid, "send a JSON object, with Content-Type: application/json")
	}
	control := http.NewResponseController(c.Response())
	_ = control.SetReadDeadline(time.Now().Add(bodyWait))
	text, err := io.ReadAll(http.MaxBytesReader(c.Response(), r.Body, bodyLimit))
	_ = control.SetReadDeadline(time.Time{})
	if err != nil {
		var tooLarge *http.MaxBytesError
		if errors.As(err, &tooLarge) {
			return nil, err
		}
		return nil, fault.New(fault.Invalid, "the request did not arrive whole")
	}
	text = bytes.TrimSpace(text)
	if len(text) > 0 && text[0] != '{' || bytes.Contains(text, []byte(`\u0000`)) {
		return nil, fault.New(fault.Invalid, "send a JSON object, and no zero characters in it")
	}
	return text, nil
}

// file sends a stored file, or the range of it that was asked for.
func (s *server) file(c echo.Context, reply json.RawMessage) error {
	var f api.File
	if err := json.Unmarshal(reply, &f); err != nil {
		return fmt.Errorf("file: %w", err)
	}
	content, object, err := s.Blob.Open(c.Request().Context(), f.Key)
	if errors.Is(err, blob.ErrNotFound) {
		return fault.New(fault.NotFound, "this file is not there, or not any more")
	}
	if err != nil {
		return err
	}
	defer func() { _ = content.Close() }()
	h := c.Response().Header()
	h.Set(echo.HeaderContentType, f.ContentType)
	h.Set(echo.HeaderCacheControl, f.Cache)
	h.Set("ETag", `"`+strings.Trim(object.ETag, `"`)+`"`)
	http.ServeContent(c.Response(), c.Request(), "", time.Time{}, content)
	return nil
}
