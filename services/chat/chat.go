// Package chat keeps what is written and done in channels: it can be searched, it stands beside the
// stream that it was written during, and it is forgotten when its time has come or somebody asks.
package chat

import (
	"github.com/afterglow-live/afterglow/events"
	"github.com/afterglow-live/afterglow/pkg/api"
	"github.com/afterglow-live/afterglow/pkg/es"
	"github.com/afterglow-live/afterglow/pkg/run"
)

// Service is the chat service.
var Service = run.Service{
	Name:        "chat",
	Doc:         "chat and activity of channels: history, search, the archives of streams, erasure",
	Objects:     true,
	Projections: []es.Projection{history},
	Reactors:    []run.Reactor{ended, moderated, seal, expire, erase},
	Endpoints: []run.Endpoint{
		listMessages, listActivity, getPerson, erasePerson,
		getStream, replay, getSubtitles, getJSON, getText, importComments,
	},
	Feeds: []api.Feed{
		// Deleted messages are on it too, with their text.
		feed("chat/{channel}", "all that is written and done in a channel", ">", api.Roles{api.Owner, api.Editor, api.Moderator, api.Developer}),
		feed("activity/{channel}", "follows, subscriptions and what else is done in a channel", "activity_seen", api.Viewers),
	},
	Start: wake,
}

func feed(topic, doc, fact string, roles api.Roles) api.Feed {
	return api.Feed{Topic: topic, Doc: doc, Log: events.Chat, Filter: events.Chat.Prefix + ".{owner}.channel.{channel}." + fact, Roles: roles}
}
