package gateway

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"reflect"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/afterglow-live/afterglow/pkg/api"
	"github.com/afterglow-live/afterglow/pkg/blob"
	"github.com/afterglow-live/afterglow/pkg/fault"
)

const (
	headerETag        = "ETag"
	headerPosition    = "Afterglow-Position"
	headerMinPosition = "Afterglow-Min-Position"
)

// endpoint hands a request to the service that answers it.
func (s *server) endpoint(service string, route api.Route) echo.HandlerFunc {
	if isRedirect(route) {
		return s.redirect(service, route)
	}
	file := route.Response == reflect.TypeFor[api.File]()
	return func(c echo.Context) error {
		r := c.Request()
		if !safe(r) {
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
		call := api.Call{
			Caller: caller, Input: api.Input{Params: given}, MinPosition: r.Header.Get(headerMinPosition),
			IfMatch: strings.Join(r.Header.Values("If-Match"), ", "),
		}
		call.Correlation, _ = c.Get(requestIDKey).(string)
		if !safe(r) {
			if call.Body, err = body(c); err != nil {
				return err
			}
		}
		reply, err := s.call(c, service, route, call)
		if err != nil {
			return err
		}
		if reply.Session != nil {
			s.setSession(c, *reply.Session)
		}
		if reply.Position != "" {
			c.Response().Header().Set(headerPosition, reply.Position)
		}
		if reply.Version > 0 {
			tag := api.ETag(reply.Version, reply.Body)
			c.Response().Header().Set(headerETag, tag)
			if safe(r) && known(r, tag) {
				return c.NoContent(http.StatusNotModified)
			}
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

// safe tells whether a request changes nothing.
func safe(r *http.Request) bool { return r.Method == http.MethodGet || r.Method == http.MethodHead }

// known tells whether the caller has the answer with the tag already.
func known(r *http.Request, tag string) bool {
	for _, header := range r.Header.Values("If-None-Match") {
		for _, known := range strings.Split(header, ",") {
			if known = strings.TrimPrefix(strings.TrimSpace(known), "W/"); known == tag || known == "*" {
				return true
			}
		}
	}
	return false
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
	h.Set(headerETag, `"`+strings.Trim(object.ETag, `"`)+`"`)
	http.ServeContent(c.Response(), c.Request(), "", time.Time{}, content)
	return nil
}
