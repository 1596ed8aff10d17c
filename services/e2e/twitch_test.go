package e2e

import (
	"net/http"
	"testing"

	"github.com/afterglow-live/afterglow/pkg/testkit/twitch"
)

// startTwitch starts what stands in for Twitch, and lets the platform's processes find it.
func (p *platform) startTwitch(t testing.TB) {
	t.Helper()
	var err error
	p.twitch, err = twitch.New(twitch.Config{})
	check(t, err)
	t.Cleanup(p.twitch.Close)
	p.env = append(p.env, "TWITCH_CLIENT_ID="+p.twitch.ClientID, "TWITCH_CLIENT_SECRET="+p.twitch.ClientSecret,
		"AFTERGLOW_TWITCH_AUTH_URL="+p.twitch.AuthURL, "AFTERGLOW_TWITCH_API_URL="+p.twitch.APIURL,
		"AFTERGLOW_TWITCH_EVENTSUB_URL="+p.twitch.EventSubURL, "AFTERGLOW_TWITCH_IMAGES_URL="+p.twitch.ImagesURL)
}

// connectTwitch lets the platform act for the channel, and returns when it hears its chat.
func (p *platform) connectTwitch(t testing.TB, owner *client) {
	t.Helper()
	var device struct{ UserCode string }
	owner.call(t, http.MethodPost, "/api/connections/twitch/device", map[string]any{}, &device)
	check(t, p.twitch.EnterCode(device.UserCode, true))
	check(t, p.twitch.Subscribed(soon(t), "channel.chat.message"))
}
