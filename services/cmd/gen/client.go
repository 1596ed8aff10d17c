package main

import (
	"regexp"
	"slices"

	"github.com/invopop/jsonschema"

	"github.com/afterglow-live/afterglow/pkg/run"
)

// clientTypes writes web/src/gen/api.ts: what can be called, and what can be subscribed to.
func clientTypes(s surface, services []run.Service) files {
	var out script
	out.header()
	out.definitions(s.schemas.defs)
	var list []line
	for _, op := range s.operations {
		list = append(list, line{name: op.Method + " " + op.Path, doc: op.Doc, kind: "{\n" + lines([]line{
			{name: "params", kind: orNothing(op.path, "undefined")},
			{name: "query", kind: orNothing(op.query, "undefined")},
			{name: "body", kind: orNothing(op.body, "undefined")},
			{name: "response", kind: op.responseType()},
		}, "  ") + "  }"})
	}
	out.record("Endpoints", "Endpoints are all that can be called, by method and path.", list)
	list = nil
	for _, d := range s.documents {
		name := d.Topic
		if d.ByID {
			name = "[topic: `" + d.Topic + "/${string}`]"
		}
		list = append(list, line{name: name, kind: typeScript(d.value, "  ")})
	}
	out.record("Documents", "Documents are the values of the live documents, by topic.", list)
	out.alias("FeedTopic", "FeedTopic is the topic of a feed.", templates(feedTopics(services)))
	return files{"web/src/gen/api.ts": out.Bytes()}
}

func (op operation) responseType() string {
	if op.file {
		return "Blob"
	}
	return orNothing(op.response, "void")
}

// orNothing is the type of a schema, or the word for nothing when it has nothing.
func orNothing(schema *jsonschema.Schema, nothing string) string {
	if schema == nil || schema.Type == "object" && !isInterface(schema) && schema.AdditionalProperties == nil {
		return nothing
	}
	return typeScript(schema, "    ")
}

// feedTopics are sorted.
func feedTopics(services []run.Service) []string {
	var feeds []string
	for _, service := range services {
		for _, feed := range service.Feeds {
			feeds = append(feeds, feed.Topic)
		}
	}
	slices.Sort(feeds)
	return slices.Compact(feeds)
}

var hole = regexp.MustCompile(`\{\w+\}`)

// templates is the choice between topics, where "chat/{channel}" stands for any channel.
func templates(topics []string) string {
	var choices []string
	for _, topic := range topics {
		choices = append(choices, "`"+hole.ReplaceAllLiteralString(topic, "${string}")+"`")
	}
	return either(choices)
}
