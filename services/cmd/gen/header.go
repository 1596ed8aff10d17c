package main

import (
	"github.com/invopop/jsonschema"
)

func text(example string) object {
	return object{"type": "string", "examples": []string{example}}
}

// parameters are the headers of requests that mean the same everywhere.
var parameters = object{
	"minPosition": object{
		"name": "Afterglow-Min-Position", "in": "header", "schema": text("FACTS/1234"),
		"description": "Answer, or act, only once this position is part of what is shown; 503 when that takes too long.",
	},
	"idempotencyKey": object{
		"name": "Idempotency-Key", "in": "header", "schema": object{"type": "string", "minLength": 1, "maxLength": 255},
		"description": "A new text for each command, such as a UUID. The same request with the same key is done once: for 24 hours it is answered as it was first. A key is the account's own. An answer that holds a secret is not told again.",
	},
	"ifMatch": object{
		"name": "If-Match", "in": "header", "schema": text(`"1234.5f0c6d2e9a8b7c41"`),
		"description": "The ETag that the edit is meant for: it is refused with 412 when somebody else was quicker. * is any version.",
	},
	"ifNoneMatch": object{
		"name": "If-None-Match", "in": "header", "schema": text(`"1234.5f0c6d2e9a8b7c41"`),
		"description": "The ETag of an answer that is known; 304 when there is no newer one.",
	},
}

// headers are those of answers that mean the same everywhere.
var headers = object{
	"position":   object{"description": "Position of what was written.", "schema": text("FACTS/1234")},
	"etag":       object{"description": "The version of what is shown, for If-Match and If-None-Match.", "schema": text(`"1234.5f0c6d2e9a8b7c41"`)},
	"replayed":   object{"description": "The answer is that of the first request with this Idempotency-Key.", "schema": object{"const": "true"}},
	"retryAfter": object{"description": "In how many seconds to try again.", "schema": object{"type": "integer"}},
}

var headerNames = map[string]string{"position": "Afterglow-Position", "etag": "ETag", "replayed": "Idempotency-Replayed"}

// problems are the refusals, each with what it asks for.
func problems(problem *jsonschema.Schema) object {
	content := object{"application/problem+json": object{"schema": problem}}
	retry := object{"Retry-After": object{"$ref": "#/components/headers/retryAfter"}}
	return object{
		"problem":     object{"description": "The reason why it was not done.", "content": content, "headers": retry},
		"notModified": object{"description": "The answer is the one that is known.", "headers": object{"ETag": object{"$ref": "#/components/headers/etag"}}},
		"conflict": object{
			"description": "What is there does not allow it; or the first request with this Idempotency-Key still runs, or its answer is not told again.",
			"content":     content, "headers": retry,
		},
		"precondition": object{"description": "If-Match names another version: read it again, and decide anew.", "content": content},
		"keyReused":    object{"description": "The Idempotency-Key was used for another request: send each command with a new one.", "content": content},
	}
}

// conditions are the parameters in headers that the operation takes.
func (op operation) conditions() []string {
	switch {
	case op.Method == "GET" && op.Aggregate != "":
		return []string{"minPosition", "ifNoneMatch"}
	case op.Method == "GET":
		return []string{"minPosition"}
	case op.Aggregate != "":
		return []string{"minPosition", "idempotencyKey", "ifMatch"}
	}
	return []string{"minPosition", "idempotencyKey"}
}

// tells are the headers that come with a good answer.
func (op operation) tells() []string {
	var names []string
	if op.Method != "GET" {
		names = append(names, "position", "replayed")
	}
	if op.Aggregate != "" && (op.Method == "GET" || op.Method == "PATCH") {
		names = append(names, "etag")
	}
	return names
}

// refusals are the problems that the operation's headers can lead to, by their status.
func (op operation) refusals() map[string]string {
	all := map[string]string{}
	if op.Method != "GET" {
		all["409"], all["422"] = "conflict", "keyReused"
	}
	if op.Aggregate != "" && op.Method == "GET" {
		all["304"] = "notModified"
	}
	if op.Aggregate != "" {
		all["412"] = "precondition"
	}
	return all
}
