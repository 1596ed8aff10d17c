package main

import (
	"cmp"
	"fmt"
	"net/http"
	"reflect"
	"slices"

	"github.com/invopop/jsonschema"

	"github.com/afterglow-live/afterglow/pkg/api"
	"github.com/afterglow-live/afterglow/pkg/es"
	"github.com/afterglow-live/afterglow/pkg/run"
	"github.com/afterglow-live/afterglow/services/gateway"
)

// surface is all that can be called over HTTP and subscribed to, as it looks from outside.
type surface struct {
	operations []operation
	// documents are sorted by topic.
	documents []liveDocument
	schemas   *schemas
	// problem is how every error is answered.
	problem *jsonschema.Schema
}

// liveDocument is a kind of live documents.
type liveDocument struct {
	es.Document
	value *jsonschema.Schema
}

// operation is one endpoint.
type operation struct {
	api.Route
	service string
	// path and query hold the parameters; each is an object.
	path, query *jsonschema.Schema
	// body and response are nil when there is none.
	body, response *jsonschema.Schema
	// file is true when the response is a file rather than JSON.
	file bool
	// redirect is true when the response sends the browser elsewhere.
	redirect bool
}

// surfaceOf describes the endpoints of services, sorted by path and method.
func surfaceOf(src source, services []run.Service) (surface, error) {
	s := surface{schemas: newSchemas(src)}
	s.problem = s.schemas.of(reflect.TypeFor[gateway.Problem]())
	s.add(gateway.HealthDocument)
	names := map[string]string{}
	for _, service := range services {
		for _, e := range service.Endpoints {
			if other, ok := names[e.Name()]; ok {
				return s, fmt.Errorf("%s %s of %s has the same name as an endpoint of %s", e.Method, e.Path, service.Name, other)
			}
			names[e.Name()] = service.Name
			s.operations = append(s.operations, s.operation(service.Name, e.Route))
		}
		for _, projection := range service.Projections {
			s.add(projection.Documents...)
		}
	}
	methods := []string{http.MethodGet, http.MethodPost, http.MethodPatch, http.MethodDelete}
	slices.SortFunc(s.operations, func(a, b operation) int {
		return cmp.Or(cmp.Compare(a.Path, b.Path), cmp.Compare(slices.Index(methods, a.Method), slices.Index(methods, b.Method)))
	})
	slices.SortFunc(s.documents, func(a, b liveDocument) int { return cmp.Compare(a.Topic, b.Topic) })
	return s, s.schemas.err()
}

func (s *surface) add(documents ...es.Document) {
	for _, d := range documents {
		s.documents = append(s.documents, liveDocument{d, s.schemas.of(d.Value)})
	}
}

func (s surface) operation(service string, route api.Route) operation {
	op := operation{
		Route: route, service: service,
		path:  s.schemas.tagged(route.Request, "path"),
		query: s.schemas.tagged(route.Request, "query"),
		body:  s.body(route.Request),
	}
	op.path.Required = route.PathParams()
	switch route.Response {
	case nil:
	case reflect.TypeFor[api.File]():
		op.file = true
	case reflect.TypeFor[api.Redirect]():
		op.redirect = true
	default:
		op.response = s.schemas.of(route.Response)
	}
	return op
}

// body is what is left of a request without its parameters. It keeps the name of the request.
func (s surface) body(request reflect.Type) *jsonschema.Schema {
	if !hasBody(request) {
		return nil
	}
	body := s.schemas.object(request)
	for i := range request.NumField() {
		if field := request.Field(i); isParameter(field) {
			name := jsonName(field)
			body.Properties.Delete(name)
			body.Required = slices.DeleteFunc(body.Required, func(other string) bool { return other == name })
		}
	}
	body.AdditionalProperties = jsonschema.FalseSchema // an unknown field is refused
	if request.Name() == "" {
		return body
	}
	name := outerName(request)
	s.schemas.define(name, request, body)
	return &jsonschema.Schema{Ref: "#/$defs/" + name}
}

func hasBody(request reflect.Type) bool {
	for i := range request.NumField() {
		if field := request.Field(i); !isParameter(field) && jsonName(field) != "-" {
			return true
		}
	}
	return false
}

func isParameter(field reflect.StructField) bool {
	return field.Tag.Get("path") != "" || field.Tag.Get("query") != ""
}
