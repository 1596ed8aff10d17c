package gateway

import (
	"testing"

	"github.com/afterglow-live/afterglow/pkg/api"
)

func TestSubjectsAreToldUnderTheirTopic(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		topic, filter, subject string
		want                   string // empty: it is not of the feed
	}{
		{"facts", "fact.{owner}.>", "fact.ours.stream.x.created", "facts"},
		{"facts", "fact.{owner}.>", "chat.ours.stream.x.created", ""},
		{"facts", "fact.{owner}.>", "fact.ours", ""},
		{"made", "fact.{owner}.stream.*.created", "fact.ours.stream.x.created", "made"},
		{"made", "fact.{owner}.stream.*.created", "fact.ours.stream.x.renamed", ""},
		{"made", "fact.{owner}.stream.*", "fact.ours.stream.x.created", ""},
		{"made", "fact.{owner}.stream.x.created.more", "fact.ours.stream.x.created", ""},
		{"chat/{channel}", "chat.{owner}.{channel}.>", "chat.ours.7.message.sent", "chat/7"},
		{"thing/{kind}/{id}", "fact.{owner}.{kind}.{id}.*", "fact.ours.stream.x.created", "thing/stream/x"},
	} {
		feed := api.Feed{Topic: c.topic, Filter: c.filter}
		got, ok := topicOf(feed, c.subject)
		if ok != (c.want != "") || ok && got != c.want {
			t.Errorf("%s tells of %s under %q, %v", c.filter, c.subject, got, ok)
		}
	}
}
