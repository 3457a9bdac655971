// An agent of one's own: it looks orders up and pays them back; above 50 it asks a person first.
// OPENAI_API_KEY=… dotnet run --project samples/Refunds, then open http://127.0.0.1:5080 and pick the agent "refunds".
using Refunds;

var builder = WebApplication.CreateBuilder(args);
builder.Services.AddSingleton(new Shop(builder.Configuration["Shop"] ?? "shop.db"));
builder.AddAgents().AddAgent("refunds", RefundsAgent.Declare);

var app = builder.Build();
app.MapAgents();
app.Run();
