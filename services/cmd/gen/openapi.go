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

// openAPI writes services/gateway/openapi.json.
func openAPI(s surface, services []run.Service) (files, error) {
	doc := document{
		OpenAPI: "3.1.0", Comment: generated,
		Info:     object{"title": "Afterglow", "version": "1", "description": "A write answers its position on the log in the header Afterglow-Position. A read that names this position in the header Afterglow-Min-Position waits until it shows what was written."},
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
		"parameters": object{"minPosition": object{
			"name": "Afterglow-Min-Position", "in": "header", "schema": object{"type": "string", "examples": []string{"FACTS/1234"}},
			"description": "Answer only once this position is part of the answer; 503 when that takes too long.",
		}},
		"headers": object{"position": object{
			"description": "Position of what was written.", "schema": object{"type": "string", "examples": []string{"FACTS/1234"}},
		}},
		"responses": object{"problem": object{
			"description": "The reason why it was not done.",
			"content":     object{"application/problem+json": object{"schema": s.problem}},
		}},
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
	parameters := append(op.parameters("path", op.path), op.parameters("query", op.query)...)
	if op.Method == "GET" {
		parameters = append(parameters, object{"$ref": "#/components/parameters/minPosition"})
	}
	if len(parameters) > 0 {
		out["parameters"] = parameters
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
	case op.response != nil:
		good["content"] = object{"application/json": object{"schema": op.response}}
	default:
		status = 204
	}
	if op.Method != "GET" {
		good["headers"] = object{"Afterglow-Position": object{"$ref": "#/components/headers/position"}}
	}
	return object{strconv.Itoa(status): good, "default": object{"$ref": "#/components/responses/problem"}}
}
