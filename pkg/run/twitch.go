package run

import (
	"cmp"
	"fmt"
	"net/url"
	"strings"
)

// Twitch is how Twitch is reached. Every address can be set, for a server that stands in for it.
type Twitch struct {
	// ClientID and ClientSecret are those of the application that the owner has registered there; empty
	// when they are given in the settings.
	ClientID, ClientSecret string
	// EventSubSecret signs what Twitch sends; empty lets one be made at first need.
	EventSubSecret string
	// AuthURL, APIURL and ImagesURL have no slash at their end; EventSubURL is a websocket's.
	AuthURL, APIURL, EventSubURL, ImagesURL string
	// Transport is how Twitch tells what happens: websocket, or webhook where it can reach the platform.
	Transport string
}

// twitchFrom takes what the environment says, and Twitch's own addresses for what it does not.
func twitchFrom(t Twitch) (Twitch, error) {
	for name, field := range map[string]*string{
		"TWITCH_CLIENT_ID": &t.ClientID, "TWITCH_CLIENT_SECRET": &t.ClientSecret, "TWITCH_EVENTSUB_SECRET": &t.EventSubSecret,
		"AFTERGLOW_TWITCH_AUTH_URL": &t.AuthURL, "AFTERGLOW_TWITCH_API_URL": &t.APIURL,
		"AFTERGLOW_TWITCH_EVENTSUB_URL": &t.EventSubURL, "AFTERGLOW_TWITCH_IMAGES_URL": &t.ImagesURL,
		"AFTERGLOW_TWITCH_TRANSPORT": &t.Transport,
	} {
		value, err := Env(name)
		if err != nil {
			return t, err
		}
		*field = cmp.Or(value, *field)
	}
	t = t.orUsual()
	for name, field := range map[string]*string{
		"AFTERGLOW_TWITCH_AUTH_URL": &t.AuthURL, "AFTERGLOW_TWITCH_API_URL": &t.APIURL, "AFTERGLOW_TWITCH_IMAGES_URL": &t.ImagesURL,
	} {
		var err error
		if *field, err = siteURL(name, *field, "https://twitch.example"); err != nil {
			return t, err
		}
	}
	if u, err := url.Parse(t.EventSubURL); err != nil || u.Host == "" || u.Scheme != "ws" && u.Scheme != "wss" {
		return t, fmt.Errorf("AFTERGLOW_TWITCH_EVENTSUB_URL: %q is no URL such as wss://eventsub.example/ws", t.EventSubURL)
	}
	if t.Transport != "websocket" && t.Transport != "webhook" {
		return t, fmt.Errorf("AFTERGLOW_TWITCH_TRANSPORT is %q: set websocket, or webhook where Twitch can reach AFTERGLOW_PUBLIC_URL by https", t.Transport)
	}
	if (t.ClientID == "") != (t.ClientSecret == "") {
		return t, fmt.Errorf("TWITCH_CLIENT_ID and TWITCH_CLIENT_SECRET go together: set both, or neither and give them in the settings")
	}
	if n := len(t.EventSubSecret); n > 0 && (n < 10 || n > 100) || strings.ContainsFunc(t.EventSubSecret, func(c rune) bool { return c < ' ' || c > '~' }) {
		return t, fmt.Errorf("TWITCH_EVENTSUB_SECRET has to have 10 to 100 ASCII characters")
	}
	return t, nil
}

// orUsual fills in what is not set.
func (t Twitch) orUsual() Twitch {
	t.AuthURL = cmp.Or(t.AuthURL, "https://id.twitch.tv/oauth2")
	t.APIURL = cmp.Or(t.APIURL, "https://api.twitch.tv/helix")
	t.EventSubURL = cmp.Or(t.EventSubURL, "wss://eventsub.wss.twitch.tv/ws")
	t.ImagesURL = cmp.Or(t.ImagesURL, "https://static-cdn.jtvnw.net")
	t.Transport = cmp.Or(t.Transport, "websocket")
	return t
}
