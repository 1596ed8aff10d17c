package api

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"reflect"
	"regexp"
	"strings"
	"time"

	"github.com/afterglow-live/afterglow/pkg/fault"
)

// Endpoint answers one question or command of a service. D is what it works with.
//
// The request is a struct: fields with a `path:"…"` or `query:"…"` tag come from there, all others
// from the JSON body. A request with a method Validate() error is checked before the call.
//
// What another program sends in a form of its own is read by a struct with a []byte field tagged
// `body:"raw"`, the body as it came, and by fields tagged `header:"…"`; all of them are `json:"-"`.
type Endpoint[D any] struct {
	Route
	call func(ctx context.Context, with D, in Input) (any, error)
}

// Route is what the gateway and the generator have to know of an endpoint.
type Route struct {
	// Method and Path as in HTTP; a path parameter is written {name}, or {name...} for the rest.
	Method, Path string
	// Doc says in a sentence what it does.
	Doc string
	// Roles that may call it.
	Roles Roles
	// Timeout of one call; zero is ten seconds.
	Timeout time.Duration
	// Secret is true when the request or the answer holds a secret. See Endpoint.ToldOnce.
	Secret bool
	// Raw is true when the body is handed over as it came, whatever it is.
	Raw bool
	// Headers that the endpoint reads.
	Headers []string
	// Aggregate is the kind of the aggregate that the endpoint is about, and the name of the path
	// parameter that has its id; empty when no version is told or guarded. See Endpoint.Versioned.
	Aggregate string
	// Request and Response are the types of the two; Response is nil when there is none.
	Request, Response reflect.Type
}

// Input is a request on its way to an endpoint.
type Input struct {
	// Params come from the path and from the query.
	Params map[string]string
	// Body is JSON, or empty.
	Body json.RawMessage
}

// None is the response of an endpoint that has nothing to say.
type None struct{}

// Get declares an endpoint that answers a question.
func Get[D, Req, Res any](path, doc string, roles Roles, f func(context.Context, D, Req) (Res, error)) Endpoint[D] {
	return newEndpoint(http.MethodGet, path, doc, roles, f)
}

// Post declares an endpoint that makes something.
func Post[D, Req, Res any](path, doc string, roles Roles, f func(context.Context, D, Req) (Res, error)) Endpoint[D] {
	return newEndpoint(http.MethodPost, path, doc, roles, f)
}

// Patch declares an endpoint that changes something.
func Patch[D, Req, Res any](path, doc string, roles Roles, f func(context.Context, D, Req) (Res, error)) Endpoint[D] {
	return newEndpoint(http.MethodPatch, path, doc, roles, f)
}

// Delete declares an endpoint that takes something away.
func Delete[D, Req, Res any](path, doc string, roles Roles, f func(context.Context, D, Req) (Res, error)) Endpoint[D] {
	return newEndpoint(http.MethodDelete, path, doc, roles, f)
}

// Within gives the endpoint more time than the usual ten seconds.
func (e Endpoint[D]) Within(timeout time.Duration) Endpoint[D] {
	e.Timeout = timeout
	return e
}

// ToldOnce declares that the request or the answer holds a secret: neither is kept for whoever repeats
// the request with its Idempotency-Key.
func (e Endpoint[D]) ToldOnce() Endpoint[D] {
	e.Secret = true
	return e
}

func newEndpoint[D, Req, Res any](method, path, doc string, roles Roles, f func(context.Context, D, Req) (Res, error)) Endpoint[D] {
	route := Route{
		Method: method, Path: path, Doc: doc, Roles: roles, Timeout: 10 * time.Second,
		Request: reflect.TypeFor[Req](), Response: reflect.TypeFor[Res](),
	}
	if route.Response == reflect.TypeFor[None]() {
		route.Response = nil
	}
	for i := range route.Request.NumField() {
		tag := route.Request.Field(i).Tag
		route.Raw = route.Raw || tag.Get("body") == "raw"
		if name := tag.Get("header"); name != "" {
			route.Headers = append(route.Headers, name)
		}
	}
	checkParams(route)
	return Endpoint[D]{Route: route, call: func(ctx context.Context, with D, in Input) (any, error) {
		var req Req
		if err := bind(&req, in); err != nil {
			return nil, err
		}
		if v, ok := any(req).(interface{ Validate() error }); ok {
			if err := v.Validate(); err != nil {
				return nil, err
			}
		}
		res, err := f(ctx, with, req)
		if route.Response == nil {
			return nil, err
		}
		return res, err
	}}
}

var parameter = regexp.MustCompile(`\{(\w+)(\.\.\.)?\}`)

// PathParams are the names of the parameters in the path.
func (r Route) PathParams() []string {
	var names []string
	for _, match := range parameter.FindAllStringSubmatch(r.Path, -1) {
		names = append(names, match[1])
	}
	return names
}

// Name of the endpoint among those of its service, from its method and path:
// "post-api-streams-stream-markers".
func (r Route) Name() string {
	words := strings.FieldsFunc(r.Method+r.Path, func(c rune) bool {
		return c == '/' || c == '{' || c == '}' || c == '.'
	})
	return strings.ToLower(strings.Join(words, "-"))
}

// Subject is where a service listens for it.
func (r Route) Subject(service string) string { return "api." + service + "." + r.Name() }

// checkParams panics when a path parameter has no field: a mistake that should not wait for a call.
func checkParams(r Route) {
	for _, name := range r.PathParams() {
		found := false
		for i := range r.Request.NumField() {
			found = found || r.Request.Field(i).Tag.Get("path") == name
		}
		if !found {
			panic(fmt.Sprintf("endpoint %s %s: %s has no field with the tag path:%q", r.Method, r.Path, r.Request, name))
		}
	}
}

// Allow answers an error unless the caller may call the endpoint.
func (r Route) Allow(caller Caller) error {
	switch {
	case r.Roles == nil:
		return nil
	case caller.Account == "":
		return fault.New(fault.Unauthenticated, "sign in first")
	case !r.Roles.Has(caller.Role):
		return fault.New(fault.Forbidden, "the role %s may not do this", caller.Role)
	}
	return nil
}

// List is a page of something: Next continues it, and is empty on the last page.
type List[T any] struct {
	Items []T    `json:"items"`
	Next  string `json:"next,omitempty"`
}
