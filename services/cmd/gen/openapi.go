package main

import (
	"bytes"
	"slices"
	"strconv"
	"strings"

	"github.com/invopop/jsonschema"

	"github.com/afterglow-live/afterglow/pkg/run"
)

// object is a JSON object; encoding/json sorts its keys.
type object = map[string]any

// document is an OpenAPI 3.1 document, in the order in which people read it.
type document struct {
	OpenAPI    string   `json:"openapi"`
	Comment    string   `json:"x-comment"`
	Info       object   `json:"info"`
	Servers    []object `json:"servers"`
	Security   []object `json:"security"`
	Tags       []object `json:"tags"`
	Paths      object   `json:"paths"`
	Components object   `json:"components"`
}

const about = "A write answers its position on the log in the header Afterglow-Position. A call that names this position in the " +
	"header Afterglow-Min-Position waits until its service shows what was written. Whoever cannot know whether a write has arrived sends it " +
	"again with the same Idempotency-Key: it is done once. Whoever edits what others may edit too sends the ETag in If-Match: an " +
	"edit of another version is refused. Every error is a problem as RFC 9457 writes it, and changes nothing."

// openAPI writes services/gateway/openapi.json.
func openAPI(s surface, services []run.Service) (files, error) {
	doc := document{
		OpenAPI: "3.1.0", Comment: generated,
		Info:     object{"title": "Afterglow", "version": "1", "description": about},
		Servers:  []object{{"url": "/"}},
		Security: []object{{"session": []string{}}, {"token": []string{}}},
		Tags:     []object{},
		Paths:    object{},
	}
	for _, service := range services {
		if len(service.Endpoints) > 0 {
			doc.Tags = append(doc.Tags, object{"name": service.Name, "description": service.Doc})
		}
	}
	for _, op := range s.operations {
		path := strings.ReplaceAll(op.Path, "...}", "}")
		if doc.Paths[path] == nil {
			doc.Paths[path] = object{}
		}
		doc.Paths[path].(object)[strings.ToLower(op.Method)] = op.openAPI()
	}
	doc.Components = object{
		"schemas":         s.schemas.defs,
		"securitySchemes": securitySchemes,
		"parameters":      parameters,
		"headers":         headers,
		"responses":       problems(s.problem),
	}
	text, err := writeJSON(doc)
	text = bytes.ReplaceAll(text, []byte(`"#/$defs/`), []byte(`"#/components/schemas/`))
	return files{"services/gateway/openapi.json": text}, err
}

var securitySchemes = object{
	"session": object{"type": "apiKey", "in": "cookie", "name": "__Host-afterglow", "description": "Without https its name is afterglow-<port>."},
	"token":   object{"type": "http", "scheme": "bearer"},
}

// openAPI is the operation object of an endpoint.
func (op operation) openAPI() object {
	out := object{
		"operationId": op.Name(), "tags": []string{op.service}, "summary": op.Doc,
		"responses": op.responses(),
	}
	if op.Roles == nil {
		out["security"] = []object{}
	} else {
		out["x-roles"] = op.Roles
	}
	if op.body != nil {
		out["requestBody"] = object{"required": true, "content": object{"application/json": object{"schema": op.body}}}
	}
	list := append(op.parameters("path", op.path), op.parameters("query", op.query)...)
	for _, name := range op.conditions() {
		list = append(list, object{"$ref": "#/components/parameters/" + name})
	}
	if len(list) > 0 {
		out["parameters"] = list
	}
	return out
}

func (op operation) parameters(in string, fields *jsonschema.Schema) []object {
	var list []object
	for pair := fields.Properties.Oldest(); pair != nil; pair = pair.Next() {
		schema := *pair.Value
		schema.Description = ""
		parameter := object{"name": pair.Key, "in": in, "schema": &schema}
		if slices.Contains(fields.Required, pair.Key) {
			parameter["required"] = true
		}
		if pair.Value.Description != "" {
			parameter["description"] = pair.Value.Description
		}
		list = append(list, parameter)
	}
	return list
}

func (op operation) responses() object {
	status, good := 200, object{"description": "It is done."}
	switch {
	case op.file:
		good = object{"description": "The file; ranges are answered.", "content": object{"*/*": object{}}}
	case op.redirect:
		status, good = 302, object{"description": "The browser goes there.", "headers": object{"Location": object{"schema": object{"type": "string"}}}}
	case op.response != nil:
		good["content"] = object{"application/json": object{"schema": op.response}}
	default:
		status = 204
	}
	all := object{strconv.Itoa(status): good, "default": object{"$ref": "#/components/responses/problem"}}
	for status, name := range op.refusals() {
		all[status] = object{"$ref": "#/components/responses/" + name}
	}
	told := object{}
	for _, name := range op.tells() {
		told[headerNames[name]] = object{"$ref": "#/components/headers/" + name}
	}
	if len(told) > 0 {
		good["headers"] = told
	}
	return all
}
