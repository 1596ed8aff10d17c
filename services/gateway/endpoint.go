package gateway

import (
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/afterglow-live/afterglow/pkg/api"
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
	file := isFile(route)
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
			if call.Body, err = bodyOf(c, route); err != nil {
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
	tag = strings.TrimPrefix(tag, "W/")
	for _, header := range r.Header.Values("If-None-Match") {
		for _, known := range strings.Split(header, ",") {
			if known = strings.TrimPrefix(strings.TrimSpace(known), "W/"); known == tag || known == "*" {
				return true
			}
		}
	}
	return false
}
