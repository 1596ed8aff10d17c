// Package twitch connects a channel at Twitch: what the platform may do there, what happens there, and
// what the channel says about itself. It hides Twitch's tokens, which are encrypted in the vault and never
// leave the service, and how Twitch is told apart from what it tells.
package twitch

import (
	"context"
	"embed"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/afterglow-live/afterglow/pkg/api"
	"github.com/afterglow-live/afterglow/pkg/es"
	"github.com/afterglow-live/afterglow/pkg/run"
)

//go:embed vault/*.sql
var vault embed.FS

// twitchWait is how long a call waits for Twitch in all.
const twitchWait = 30 * time.Second

// Service connects a channel at Twitch.
func Service() run.Service {
	return serviceWith(machine{})
}

// serviceWith is the service by a clock, for what it hears.
func serviceWith(c clock) run.Service {
	e := newEars(c)
	return run.Service{
		Name:        "twitch",
		Doc:         "the connection to Twitch: permission, what happens in the channel, title, advertisements and messages",
		Projections: []es.Projection{connections, onair},
		Endpoints: []run.Endpoint{
			api.Get("/api/connections", "lists the connections to other platforms, and how they stand", api.Viewers, getConnections),
			api.Post("/api/connections/twitch/app", "takes the application that Twitch is to know the platform by", api.Owners, postApp).ToldOnce().Within(twitchWait),
			api.Post("/api/connections/twitch/device", "begins to connect with a code that is typed in at Twitch", api.Owners, postDevice).ToldOnce().Within(twitchWait),
			api.Post("/api/connections/twitch/reconnect", "tries the connection to Twitch again now", api.Owners, postReconnect).Within(twitchWait),
			api.Delete("/api/connections/twitch", "takes back what Twitch was allowed, and forgets it", api.Owners, deleteConnection).Within(twitchWait),
			api.Get("/connect/twitch", "sends the owner's browser to Twitch to connect, and takes it back from there", api.Everybody, getConnect).Within(twitchWait),
			api.Get("/api/twitch/channel", "what the channel says about itself", api.Viewers, getChannel).Within(twitchWait),
			api.Patch("/api/twitch/channel", "changes what the channel says about itself; what is left out stays", api.Editors, patchChannel).Within(twitchWait),
			api.Get("/api/twitch/categories", "finds categories by a part of their name", api.Viewers, getCategories).Within(twitchWait),
			api.Get("/api/twitch/labels", "lists the content classification labels that there are", api.Viewers, getLabels).Within(twitchWait),
			api.Get("/api/twitch/ads", "when advertisements come", api.Viewers, getAds).Within(twitchWait),
			api.Post("/api/twitch/ads/snooze", "puts the next advertisements off", api.Moderators, postSnooze).Within(twitchWait),
			api.Post("/api/twitch/ads/run", "begins advertisements now", api.Editors, postAd).Within(twitchWait),
			api.Post("/api/twitch/messages", "writes into the chat in the name of the channel", api.Moderators, postMessage).Within(twitchWait),
			api.Get("/api/twitch/badges", "lists the badges that are shown in front of names", api.Viewers, getBadges).Within(twitchWait),
			e.webhook(),
		},
		Vault:  vault,
		Images: func(c run.Config) []string { return []string{c.Twitch.ImagesURL} },
		Loop: func(ctx context.Context, d *run.Deps) error {
			group, ctx := errgroup.WithContext(ctx)
			group.Go(func() error { return keep(ctx, d) })
			group.Go(func() error { return e.listen(ctx, d) })
			return group.Wait()
		},
	}
}
