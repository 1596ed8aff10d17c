package gateway

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strconv"

	"github.com/labstack/echo/v4"

	"github.com/afterglow-live/afterglow/pkg/api"
	"github.com/afterglow-live/afterglow/pkg/fault"
)

// Problem is an error as RFC 9457 writes it.
type Problem struct {
	Title  string     `json:"title"`
	Status int        `json:"status"`
	Code   fault.Code `json:"code"`
	// Detail is a sentence that says what to do.
	Detail string `json:"detail"`
	// Errors maps the name of a field to what is wrong with it.
	Errors map[string]string `json:"errors,omitempty"`
	// retryAfter is told in the header of that name, in seconds.
	retryAfter int
}

// explain finds the problem in an error. An unexpected error tells nothing of itself.
func explain(err error) Problem {
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) {
		err = fault.New(fault.TooLarge, "the request is larger than %d bytes", tooLarge.Limit)
	}
	f := api.Fault(err)
	p := Problem{Status: f.Code.Status(), Code: f.Code, Detail: f.Detail, Errors: f.Fields, retryAfter: f.RetryAfter}
	if p.Status == http.StatusServiceUnavailable && p.retryAfter == 0 {
		p.retryAfter = comeAgain
	}
	p.Title = http.StatusText(p.Status)
	return p
}

// comeAgain is after how many seconds a part that is away may be back.
const comeAgain = 2

// with is the problem under a status of its own, which no code has.
func (p Problem) with(status int) Problem {
	p.Status, p.Title = status, http.StatusText(status)
	return p
}

// problem answers a request that failed.
func (s *server) problem(err error, c echo.Context) {
	if c.Response().Committed {
		return
	}
	var p Problem
	var routing *echo.HTTPError
	switch {
	case errors.As(err, &routing) && routing.Code == http.StatusMethodNotAllowed && c.Path() != anyPath:
		p = explain(fault.New(fault.Invalid, "%s is not possible here", c.Request().Method)).with(routing.Code)
	case errors.As(err, &routing) && routing.Code == http.StatusRequestHeaderFieldsTooLarge:
		p = explain(fault.New(fault.TooLarge, "the headers have more than %d bytes: send fewer or smaller ones, for instance cookies", headerLimit)).with(routing.Code)
	case errors.As(err, &routing) && routing.Code == http.StatusRequestedRangeNotSatisfiable:
		p = explain(fault.New(fault.Invalid, "the file has nothing in this range: ask for one within its length")).with(routing.Code)
	case errors.As(err, &routing) && routing.Code < http.StatusInternalServerError:
		p = explain(fault.New(fault.NotFound, "there is nothing at %s", c.Request().URL.Path))
	default:
		var known *fault.Error
		if p = explain(err); p.Code == fault.Internal && !errors.As(err, &known) && !errors.Is(err, context.Canceled) {
			s.Logger.Error("request failed", "id", c.Get(requestIDKey), "method", c.Request().Method, "path", s.loggedPath(c), "err", err)
		}
	}
	h := c.Response().Header()
	h.Set(echo.HeaderContentType, "application/problem+json")
	h.Set(echo.HeaderCacheControl, "no-store")
	h.Del(headerETag)
	if p.retryAfter > 0 {
		h.Set(echo.HeaderRetryAfter, strconv.Itoa(p.retryAfter))
	}
	c.Response().WriteHeader(p.Status)
	if c.Request().Method != http.MethodHead {
		_ = json.NewEncoder(c.Response()).Encode(p) // a caller that is gone needs no answer
	}
}
